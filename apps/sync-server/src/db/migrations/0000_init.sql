CREATE TABLE "member" (
	"workspace_id" text NOT NULL,
	"user_id" text NOT NULL,
	"role" text NOT NULL,
	CONSTRAINT "member_workspace_id_user_id_pk" PRIMARY KEY("workspace_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "session" (
	"id" text PRIMARY KEY NOT NULL,
	"token_hash" text NOT NULL,
	"user_id" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "session_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "entry" (
	"log_id" text NOT NULL,
	"no" bigint NOT NULL,
	"id" text NOT NULL,
	"author_id" text NOT NULL,
	"record" "bytea" NOT NULL,
	"sha256" "bytea" NOT NULL,
	"chain" "bytea" NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "entry_log_id_no_pk" PRIMARY KEY("log_id","no")
);
--> statement-breakpoint
CREATE TABLE "log" (
	"id" text PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"kind" text NOT NULL,
	"base_no" bigint NOT NULL,
	"base_chain" text NOT NULL,
	"head_no" bigint NOT NULL,
	"head_chain" text NOT NULL,
	"epoch" integer DEFAULT 0 NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "log_head" CHECK ("log"."head_no" >= "log"."base_no")
);
--> statement-breakpoint
CREATE TABLE "snapshot" (
	"log_id" text NOT NULL,
	"no" bigint NOT NULL,
	"chain" text NOT NULL,
	"bytes" "bytea" NOT NULL,
	"author_id" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "snapshot_log_id_no_pk" PRIMARY KEY("log_id","no")
);
--> statement-breakpoint
ALTER TABLE "snapshot" ADD CONSTRAINT "snapshot_log_id_log_id_fk" FOREIGN KEY ("log_id") REFERENCES "public"."log"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "member_user" ON "member" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "session_user" ON "session" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "entry_id" ON "entry" USING btree ("log_id","id");--> statement-breakpoint
CREATE INDEX "log_workspace" ON "log" USING btree ("workspace_id");