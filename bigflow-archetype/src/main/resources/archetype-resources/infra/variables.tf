variable "environment" {
  description = "The environment whose jobs work in the project, as bigflow.env has it. The workspace of Terraform has the same name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9_-]{0,62}$", var.environment))
    error_message = "Lower-case letters, digits, _ and -, starting with a letter, such as dev."
  }
}

variable "project" {
  description = "The Google Cloud project, gcp.project of application-<environment>.properties. It exists and has a billing account."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "6 to 30 lower-case letters, digits and -, starting with a letter."
  }
}

variable "region" {
  description = "Where Composer, the image, the buckets and Dataflow are, such as europe-west1."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "The name of a region, such as europe-west1; a zone has one part more."
  }
}

variable "bigquery_location" {
  description = "Where the datasets are: a region, EU or US; the keys *.location of application.properties. A dataset cannot move."
  type        = string
  default     = "EU"

  validation {
    condition     = can(regex("^(EU|US|[a-z]+-[a-z]+[0-9]+)$", var.bigquery_location))
    error_message = "EU, US or the name of a region, such as europe-west1."
  }
}

variable "create_composer" {
  description = "Whether the project gets a Composer environment. With false, one of another project runs the jobs: see composer_accounts."
  type        = bool
  default     = true
}

variable "dags_bucket" {
  description = "The bucket to make for the Composer environment, without gs://; bigflow.dagsBucket of the profile in pom.xml. Nobody in the world may have one of that name. Without a Composer environment it is not used."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9_.-]{1,220}[a-z0-9]$", var.dags_bucket))
    error_message = "The name of a bucket, without gs:// and without a path."
  }
}

variable "composer_image" {
  description = "The image of a new Composer environment: composer-3-airflow-3, or with the whole version and build behind it."
  type        = string
  default     = "composer-3-airflow-3"

  validation {
    condition     = can(regex("^composer-3-airflow-[0-9]+(\\.[0-9]+(\\.[0-9]+(-build\\.[0-9]+)?)?)?$", var.composer_image))
    error_message = "An image of Composer 3, such as composer-3-airflow-3 or composer-3-airflow-3.1.8-build.3."
  }
}

variable "composer_size" {
  description = "How large the Composer environment is."
  type        = string
  default     = "ENVIRONMENT_SIZE_SMALL"

  validation {
    condition     = can(regex("^ENVIRONMENT_SIZE_(SMALL|MEDIUM|LARGE|EXTRA_LARGE)$", var.composer_size))
    error_message = "ENVIRONMENT_SIZE_SMALL, ENVIRONMENT_SIZE_MEDIUM, ENVIRONMENT_SIZE_LARGE or ENVIRONMENT_SIZE_EXTRA_LARGE."
  }
}

variable "composer_private" {
  description = "Whether Airflow and the pods of jobs are kept from the internet. Google's own services they reach in any case."
  type        = bool
  default     = true
}

variable "composer_accounts" {
  description = "Service accounts of further Composer environments, of other projects, whose jobs act as bigflow-jobs. They must be there already."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for account in var.composer_accounts : can(regex("^[^@:]+@[^@:]+[.]gserviceaccount[.]com$", account))])
    error_message = "The addresses of service accounts, without serviceAccount: in front."
  }
}

variable "image_readers" {
  description = "Service accounts of other projects that take the image from here: bigflow-dataflow of environments whose jobs this Composer runs. They must be there already."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for account in var.image_readers : can(regex("^[^@:]+@[^@:]+[.]gserviceaccount[.]com$", account))])
    error_message = "The addresses of service accounts, without serviceAccount: in front."
  }
}

variable "deployers" {
  description = "Who runs mvn deploy: members such as serviceAccount:ci@my-project.iam.gserviceaccount.com or group:data@example.com."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for member in var.deployers : can(regex("^(user|group|serviceAccount):[^@]+@[^@]+$|^principal(Set)?://", member))])
    error_message = "Members with their kind in front: user:, group:, serviceAccount:, principal:// or principalSet://."
  }
}

variable "developers" {
  description = "Who runs mvn bigflow:run for this environment and so acts as bigflow-jobs: members, written as in deployers."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for member in var.developers : can(regex("^(user|group|serviceAccount):[^@]+@[^@]+$|^principal(Set)?://", member))])
    error_message = "Members with their kind in front: user:, group:, serviceAccount:, principal:// or principalSet://."
  }
}

variable "subnetwork_range" {
  description = "The private addresses of the machines of Dataflow and Dataproc. Each machine takes one."
  type        = string
  default     = "10.20.0.0/20"

  validation {
    condition     = can(cidrhost(var.subnetwork_range, 4))
    error_message = "A range of addresses with its length, such as 10.20.0.0/20."
  }
}

variable "protect_data" {
  description = "Whether Terraform refuses to delete the tables of portevents, the subscriptions and the Composer environment."
  type        = bool
  default     = true
}
