CREATE TABLE "asset" (
	"log_id" text NOT NULL,
	"name" text NOT NULL,
	"bytes" "bytea" NOT NULL,
	"size" integer NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "asset_log_id_name_pk" PRIMARY KEY("log_id","name")
);
--> statement-breakpoint
ALTER TABLE "asset" ADD CONSTRAINT "asset_log_id_log_id_fk" FOREIGN KEY ("log_id") REFERENCES "public"."log"("id") ON DELETE cascade ON UPDATE no action;