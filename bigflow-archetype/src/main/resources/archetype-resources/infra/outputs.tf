output "dags_bucket" {
  description = "pom.xml, bigflow.dagsBucket of the profile."
  value       = one([for bucket in google_storage_bucket.dags : bucket.url])
}

output "image_repository" {
  description = "pom.xml, bigflow.image.repository of the profile: this, / and a name for the image."
  value       = "${var.region}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.bigflow.name}"
}

output "composer_environment" {
  description = "pom.xml, bigflow.composer.environment of the profile, if Maven is to look up the bucket and Airflow itself."
  value       = one(google_composer_environment.bigflow[*].name)
}

output "airflow_url" {
  description = "pom.xml, bigflow.airflow.url of the profile."
  value       = one([for environment in google_composer_environment.bigflow : environment.config[0].airflow_uri])
}

output "composer_account" {
  description = "For composer_accounts of the environments whose jobs this Composer runs too."
  value       = one(google_service_account.composer[*].email)
}

output "jobs_account" {
  description = "application-*.properties, bigflow.impersonateServiceAccount."
  value       = google_service_account.jobs.email
}

output "dataflow_account" {
  description = "The service account of Dataflow's workers."
  value       = google_service_account.dataflow.email
}

output "dataproc_account" {
  description = "The service account of Dataproc's clusters."
  value       = google_service_account.dataproc.email
}

output "subnetwork" {
  description = "The subnetwork of Dataflow's workers and of Dataproc's clusters."
  value       = google_compute_subnetwork.bigflow.self_link
}

output "dataflow_bucket" {
  description = "Where Dataflow stages its files, in staging/, and writes meanwhile, in temp/."
  value       = google_storage_bucket.jobs["dataflow"].url
}

output "topic" {
  description = "The topic of the events of ports."
  value       = google_pubsub_topic.port_events["events"].id
}

output "subscription" {
  description = "The subscription that the pipeline reads."
  value       = google_pubsub_subscription.port_events["events"].id
}

output "dead_letter_topic" {
  description = "The topic for events that the pipeline could not use."
  value       = google_pubsub_topic.port_events["dead_letters"].id
}

output "dead_letter_subscription" {
  description = "Where they are to be read."
  value       = google_pubsub_subscription.port_events["dead_letters"].id
}
