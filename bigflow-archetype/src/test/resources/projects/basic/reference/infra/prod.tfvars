# What Terraform makes for prod; variables.tf says what each of these is, and which others there are.
environment = "prod"
project     = "sales-prod"
region      = "europe-central2"
dags_bucket = "composer-prod"

# Who runs mvn deploy.
deployers = []

# For the Composer of prod to run pipelines of dev. First the account of dev's workers must be there.
# image_readers = ["bigflow-dataflow@sales-dev.iam.gserviceaccount.com"]
