locals {
  # For what would be deleted although something is in it. Of buckets and datasets Google deletes only
  # empty ones.
  deletion_policy = var.protect_data ? "PREVENT" : "DELETE"

  buckets = {
    # What jobs read and write: wordcount.output, averagespeed.bucket.
    data = "${var.project}-data"
    # averagespeed.processedBucket.
    processed = "${var.project}-processed"
    # Where Dataflow puts the files of a pipeline and what it writes meanwhile.
    dataflow = "${var.project}-dataflow"
  }
}

resource "google_storage_bucket" "jobs" {
  for_each = local.buckets

  name                        = each.value
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  # An upload that was broken off is charged for and seen by nobody.
  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 7
    }
  }

  # Not staging/: a streaming pipeline fetches its files again whenever it gets a new worker.
  dynamic "lifecycle_rule" {
    for_each = each.key == "dataflow" ? ["temp/"] : []

    content {
      action {
        type = "Delete"
      }
      condition {
        age            = 14
        matches_prefix = [lifecycle_rule.value]
      }
    }
  }

  # What is deleted can be had back for a week, except what was temporary in any case.
  soft_delete_policy {
    retention_duration_seconds = each.key == "dataflow" ? 0 : 604800
  }

  depends_on = [google_project_service.enabled]
}

resource "google_storage_bucket_iam_member" "jobs" {
  for_each = google_storage_bucket.jobs

  bucket = each.value.name
  role   = "roles/storage.objectUser"
  member = google_service_account.jobs.member
}

# Beam looks whether the bucket of its temporary files is there, and storage.objectUser may not look.
resource "google_storage_bucket_iam_member" "jobs_look" {
  bucket = google_storage_bucket.jobs["dataflow"].name
  role   = "roles/storage.legacyBucketReader"
  member = google_service_account.jobs.member
}

resource "google_storage_bucket_iam_member" "dataflow" {
  for_each = toset(["data", "dataflow"])

  bucket = google_storage_bucket.jobs[each.value].name
  role   = "roles/storage.objectUser"
  member = google_service_account.dataflow.member
}

resource "google_storage_bucket_iam_member" "dataproc" {
  bucket = google_storage_bucket.jobs["data"].name
  role   = "roles/storage.objectUser"
  member = google_service_account.dataproc.member
}
