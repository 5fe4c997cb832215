CREATE TABLE "share_link_flow" (
	"link_id" text NOT NULL,
	"log_id" text NOT NULL,
	"flow_id" text NOT NULL,
	CONSTRAINT "share_link_flow_link_id_log_id_pk" PRIMARY KEY("link_id","log_id")
);
--> statement-breakpoint
ALTER TABLE "link_key" DROP CONSTRAINT "link_key_pkey";--> statement-breakpoint
ALTER TABLE "link_key" ADD CONSTRAINT "link_key_link_id_log_id_pk" PRIMARY KEY("link_id","log_id");--> statement-breakpoint
ALTER TABLE "share_link_flow" ADD CONSTRAINT "share_link_flow_link_id_share_link_id_fk" FOREIGN KEY ("link_id") REFERENCES "public"."share_link"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "share_link_flow" ADD CONSTRAINT "share_link_flow_log_id_log_id_fk" FOREIGN KEY ("log_id") REFERENCES "public"."log"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "share_link_flow_log" ON "share_link_flow" USING btree ("log_id");