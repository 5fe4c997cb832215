CREATE TABLE "account_key" (
	"user_id" text PRIMARY KEY NOT NULL,
	"box" text NOT NULL,
	"sign" text NOT NULL,
	"proof" text NOT NULL,
	"sealed" text NOT NULL,
	"version" integer NOT NULL,
	"made_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "device_code" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"sealed" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "invitation_key" (
	"invitation_id" text PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"epoch" integer NOT NULL,
	"sealed" text NOT NULL,
	"maker_id" text NOT NULL,
	"made_at" timestamp with time zone DEFAULT now() NOT NULL,
	"taken_by" text,
	"taken_at" timestamp with time zone,
	"proof" text
);
--> statement-breakpoint
CREATE TABLE "key_wrap" (
	"workspace_id" text NOT NULL,
	"member_id" text NOT NULL,
	"epoch" integer NOT NULL,
	"box" text NOT NULL,
	"sealed" text NOT NULL,
	"commitment" text NOT NULL,
	"maker_id" text NOT NULL,
	"maker_sign" text NOT NULL,
	"signature" text NOT NULL,
	"made_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "key_wrap_workspace_id_member_id_pk" PRIMARY KEY("workspace_id","member_id")
);
--> statement-breakpoint
CREATE TABLE "link_key" (
	"link_id" text PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"log_id" text NOT NULL,
	"epoch" integer NOT NULL,
	"salt" text,
	"sealed" text NOT NULL,
	"for_members" text NOT NULL,
	"made_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "workspace_epoch" (
	"workspace_id" text NOT NULL,
	"epoch" integer NOT NULL,
	"commitment" text NOT NULL,
	"link" text,
	"maker_id" text NOT NULL,
	"made_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "workspace_epoch_workspace_id_epoch_pk" PRIMARY KEY("workspace_id","epoch")
);
--> statement-breakpoint
ALTER TABLE "account_key" ADD CONSTRAINT "account_key_user_id_app_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."app_user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "device_code" ADD CONSTRAINT "device_code_user_id_app_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."app_user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitation_key" ADD CONSTRAINT "invitation_key_invitation_id_invitation_id_fk" FOREIGN KEY ("invitation_id") REFERENCES "public"."invitation"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitation_key" ADD CONSTRAINT "invitation_key_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "key_wrap" ADD CONSTRAINT "key_wrap_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "link_key" ADD CONSTRAINT "link_key_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "link_key" ADD CONSTRAINT "link_key_log_id_log_id_fk" FOREIGN KEY ("log_id") REFERENCES "public"."log"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "workspace_epoch" ADD CONSTRAINT "workspace_epoch_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "device_code_user" ON "device_code" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "device_code_expiry" ON "device_code" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "link_key_workspace" ON "link_key" USING btree ("workspace_id");