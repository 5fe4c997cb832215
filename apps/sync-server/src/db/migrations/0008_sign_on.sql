CREATE TABLE "sign_on_arrival" (
	"id" text PRIMARY KEY NOT NULL,
	"connection_id" text NOT NULL,
	"user_id" text NOT NULL,
	"subject" text NOT NULL,
	"name_id" jsonb,
	"session_index" text,
	"challenge_hash" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sign_on_connection" (
	"id" text PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"mode" text DEFAULT 'off' NOT NULL,
	"default_role" text,
	"role_map" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"email_attribute" text,
	"groups_attribute" text,
	"session_days" integer DEFAULT 7 NOT NULL,
	"allow_unsolicited" boolean DEFAULT false NOT NULL,
	"idp_entity_id" text,
	"idp_sign_in_url" text,
	"idp_sign_in_binding" text DEFAULT 'redirect' NOT NULL,
	"idp_sign_out_url" text,
	"idp_certificates" text[] DEFAULT '{}'::text[] NOT NULL,
	"own_certificate" text,
	"own_key_sealed" text,
	"issuer" text,
	"client_id" text,
	"client_secret_sealed" text,
	"trust_addresses" boolean DEFAULT false NOT NULL,
	"tested_at" timestamp with time zone,
	"last_problem" text,
	"last_problem_at" timestamp with time zone,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sign_on_domain" (
	"connection_id" text NOT NULL,
	"domain" text NOT NULL,
	"token" text NOT NULL,
	"proven_at" timestamp with time zone,
	"method" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sign_on_domain_connection_id_domain_pk" PRIMARY KEY("connection_id","domain")
);
--> statement-breakpoint
CREATE TABLE "sign_on_flow" (
	"id" text PRIMARY KEY NOT NULL,
	"connection_id" text NOT NULL,
	"purpose" text NOT NULL,
	"browser_hash" text NOT NULL,
	"request_id" text,
	"sealed" text,
	"user_id" text,
	"next" text NOT NULL,
	"claims" jsonb,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "sign_on_flow_request_id_unique" UNIQUE("request_id")
);
--> statement-breakpoint
CREATE TABLE "sign_on_identity" (
	"connection_id" text NOT NULL,
	"subject" text NOT NULL,
	"user_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sign_on_identity_connection_id_subject_pk" PRIMARY KEY("connection_id","subject")
);
--> statement-breakpoint
CREATE TABLE "sign_on_used" (
	"id_hash" text PRIMARY KEY NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "arrival_id" text;--> statement-breakpoint
ALTER TABLE "sign_in_code" ADD COLUMN "arrival_id" text;--> statement-breakpoint
ALTER TABLE "sign_on_arrival" ADD CONSTRAINT "sign_on_arrival_connection_id_sign_on_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."sign_on_connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sign_on_arrival" ADD CONSTRAINT "sign_on_arrival_user_id_app_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."app_user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sign_on_connection" ADD CONSTRAINT "sign_on_connection_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sign_on_domain" ADD CONSTRAINT "sign_on_domain_connection_id_sign_on_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."sign_on_connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sign_on_flow" ADD CONSTRAINT "sign_on_flow_connection_id_sign_on_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."sign_on_connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sign_on_identity" ADD CONSTRAINT "sign_on_identity_connection_id_sign_on_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."sign_on_connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sign_on_identity" ADD CONSTRAINT "sign_on_identity_user_id_app_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."app_user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "sign_on_arrival_subject" ON "sign_on_arrival" USING btree ("connection_id","subject");--> statement-breakpoint
CREATE INDEX "sign_on_arrival_user" ON "sign_on_arrival" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sign_on_arrival_challenge" ON "sign_on_arrival" USING btree ("challenge_hash") WHERE challenge_hash is not null;--> statement-breakpoint
CREATE INDEX "sign_on_arrival_expiry" ON "sign_on_arrival" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "sign_on_connection_workspace" ON "sign_on_connection" USING btree ("workspace_id");--> statement-breakpoint
CREATE UNIQUE INDEX "sign_on_domain_proven" ON "sign_on_domain" USING btree ("domain") WHERE proven_at is not null;--> statement-breakpoint
CREATE INDEX "sign_on_flow_browser" ON "sign_on_flow" USING btree ("browser_hash");--> statement-breakpoint
CREATE INDEX "sign_on_flow_expiry" ON "sign_on_flow" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "sign_on_identity_user" ON "sign_on_identity" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sign_on_used_expiry" ON "sign_on_used" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "session_arrival" ON "session" USING btree ("arrival_id") WHERE arrival_id is not null;