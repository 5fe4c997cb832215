ALTER TABLE "sign_on_domain" ADD COLUMN "checked_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "sign_on_domain" ADD COLUMN "failing_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "sign_on_domain" ADD COLUMN "suspended_at" timestamp with time zone;