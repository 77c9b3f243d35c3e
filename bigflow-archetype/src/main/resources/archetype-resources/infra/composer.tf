resource "google_service_account" "composer" {
  count = var.create_composer ? 1 : 0

  account_id   = "bigflow-composer"
  display_name = "BigFlow: Composer and the pods of jobs"

  depends_on = [google_project_service.enabled]
}

# All that Composer 3 asks of the account of an environment. Its service agent gets its own role when
# the API is enabled.
resource "google_project_iam_member" "composer" {
  count = var.create_composer ? 1 : 0

  project = var.project
  role    = "roles/composer.worker"
  member  = google_service_account.composer[0].member
}

# The environment's own bucket, made here and not by Composer, so that its name is known before.
resource "google_storage_bucket" "dags" {
  count = var.create_composer ? 1 : 0

  name                        = var.dags_bucket
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  depends_on = [google_project_service.enabled]
}

resource "google_composer_environment" "bigflow" {
  count = var.create_composer ? 1 : 0

  name   = "bigflow"
  region = var.region

  storage_config {
    bucket = google_storage_bucket.dags[0].name
  }

  config {
    environment_size           = var.composer_size
    enable_private_environment = var.composer_private

    software_config {
      image_version = var.composer_image
    }

    node_config {
      service_account = google_service_account.composer[0].email
    }
  }

  deletion_policy = local.deletion_policy

  # An environment whose account may not work yet fails after half an hour.
  depends_on = [google_project_iam_member.composer]
}

resource "google_artifact_registry_repository" "bigflow" {
  repository_id = "bigflow"
  location      = var.region
  format        = "DOCKER"
  description   = "Images of data jobs"

  depends_on = [google_project_service.enabled]
}

resource "google_artifact_registry_repository_iam_member" "composer" {
  count = var.create_composer ? 1 : 0

  repository = google_artifact_registry_repository.bigflow.name
  location   = var.region
  role       = "roles/artifactregistry.reader"
  member     = google_service_account.composer[0].member
}

# Workers of Dataflow run the project's image too, here and in the projects whose jobs this Composer runs.
resource "google_artifact_registry_repository_iam_member" "dataflow" {
  repository = google_artifact_registry_repository.bigflow.name
  location   = var.region
  role       = "roles/artifactregistry.reader"
  member     = google_service_account.dataflow.member
}

resource "google_artifact_registry_repository_iam_member" "image_readers" {
  for_each = var.image_readers

  repository = google_artifact_registry_repository.bigflow.name
  location   = var.region
  role       = "roles/artifactregistry.reader"
  member     = "serviceAccount:${each.value}"
}

# average_speed: the project's jar is in Composer's bucket, beside the DAGs, and Spark takes it from there.
resource "google_storage_bucket_iam_member" "dataproc_dags" {
  count = var.create_composer ? 1 : 0

  bucket = google_storage_bucket.dags[0].name
  role   = "roles/storage.objectViewer"
  member = google_service_account.dataproc.member

  condition {
    title      = "bigflow-uploads"
    expression = "resource.name.startsWith(\"projects/_/buckets/${google_storage_bucket.dags[0].name}/objects/bigflow/\")"
  }
}
