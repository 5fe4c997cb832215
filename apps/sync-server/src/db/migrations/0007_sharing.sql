CREATE TABLE "link_visit" (
	"id" text PRIMARY KEY NOT NULL,
	"link_id" text NOT NULL,
	"token_hash" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "link_visit_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "share_link" (
	"id" text PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"log_id" text NOT NULL,
	"address_hash" text NOT NULL,
	"name" text,
	"sealed" text,
	"password_hash" text,
	"may_comment" boolean DEFAULT false NOT NULL,
	"expires_at" timestamp with time zone,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"revoked_at" timestamp with time zone,
	"opened" integer DEFAULT 0 NOT NULL,
	"last_opened_at" timestamp with time zone,
	CONSTRAINT "share_link_address_hash_unique" UNIQUE("address_hash"),
	CONSTRAINT "share_link_named" CHECK (("share_link"."name" is null) <> ("share_link"."sealed" is null))
);
--> statement-breakpoint
ALTER TABLE "workspace" ADD COLUMN "allow_links" boolean;--> statement-breakpoint
ALTER TABLE "link_visit" ADD CONSTRAINT "link_visit_link_id_share_link_id_fk" FOREIGN KEY ("link_id") REFERENCES "public"."share_link"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "share_link" ADD CONSTRAINT "share_link_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "share_link" ADD CONSTRAINT "share_link_log_id_log_id_fk" FOREIGN KEY ("log_id") REFERENCES "public"."log"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "link_visit_link" ON "link_visit" USING btree ("link_id");--> statement-breakpoint
CREATE INDEX "link_visit_expiry" ON "link_visit" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "share_link_workspace" ON "share_link" USING btree ("workspace_id","log_id");--> statement-breakpoint
CREATE INDEX "share_link_log" ON "share_link" USING btree ("log_id");