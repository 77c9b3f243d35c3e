# port-events is what the pipeline reads, port-events-dead-letters what it could not use. A topic forgets
# what it has no subscription for, hence one for each. The pipeline writes the dead letters, with the
# reason in them: a dead-letter policy of Pub/Sub would count what Dataflow takes twice as a failure.

locals {
  topics = {
    events       = "port-events"
    dead_letters = "port-events-dead-letters"
  }
}

resource "google_pubsub_topic" "port_events" {
  for_each = local.topics

  name = each.value
  # After a mistake in the pipeline its subscription can be set back in time. Dead letters stay where
  # they are until somebody has read them.
  message_retention_duration = each.key == "events" ? "604800s" : null

  depends_on = [google_project_service.enabled]
}

resource "google_pubsub_subscription" "port_events" {
  for_each = google_pubsub_topic.port_events

  name  = "${each.value.name}-bigflow"
  topic = each.value.id
  # A pipeline may stand still for a week; dead letters wait as long as Pub/Sub keeps anything, 31 days.
  message_retention_duration = each.key == "events" ? "604800s" : "2678400s"
  # Dataflow renews it while it works on a message.
  ack_deadline_seconds = 60

  # Never, even if nobody reads for a month.
  expiration_policy {
    ttl = ""
  }

  deletion_policy = local.deletion_policy
}

resource "google_pubsub_subscription_iam_member" "jobs" {
  for_each = {
    for pair in setproduct(keys(local.topics), ["subscriber", "viewer"]) :
    join("_", pair) => { topic = pair[0], role = pair[1] }
  }

  subscription = google_pubsub_subscription.port_events[each.value.topic].name
  role         = "roles/pubsub.${each.value.role}"
  member       = google_service_account.jobs.member
}

resource "google_pubsub_topic_iam_member" "jobs" {
  for_each = {
    for pair in setproduct(keys(local.topics), ["publisher", "viewer"]) :
    join("_", pair) => { topic = pair[0], role = pair[1] }
  }

  topic  = google_pubsub_topic.port_events[each.value.topic].name
  role   = "roles/pubsub.${each.value.role}"
  member = google_service_account.jobs.member
}

# The workers take events and write dead letters, not the other way round.
resource "google_pubsub_subscription_iam_member" "dataflow" {
  for_each = toset(["roles/pubsub.subscriber", "roles/pubsub.viewer"])

  subscription = google_pubsub_subscription.port_events["events"].name
  role         = each.value
  member       = google_service_account.dataflow.member
}

resource "google_pubsub_topic_iam_member" "dataflow" {
  for_each = toset(["roles/pubsub.publisher", "roles/pubsub.viewer"])

  topic  = google_pubsub_topic.port_events["dead_letters"].name
  role   = each.value
  member = google_service_account.dataflow.member
}
