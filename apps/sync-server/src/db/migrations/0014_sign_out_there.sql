ALTER TABLE "sign_on_arrival" ADD COLUMN "id_token_sealed" text;--> statement-breakpoint
ALTER TABLE "sign_on_connection" ADD COLUMN "idp_metadata_url" text;--> statement-breakpoint
ALTER TABLE "sign_on_connection" ADD COLUMN "sign_out_there" boolean DEFAULT false NOT NULL;