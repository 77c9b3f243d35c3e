# What Terraform makes for dev; variables.tf says what each of these is, and which others there are.
environment = "dev"
project     = "sales-dev"
region      = "europe-central2"
dags_bucket = "composer-dev"

# Dev may be torn down again.
protect_data = false

# Who runs mvn deploy, and who runs jobs of dev by mvn bigflow:run.
deployers  = []
developers = []

# For the Composer of prod to run jobs of dev. First its account must be there.
# composer_accounts = ["bigflow-composer@sales-prod.iam.gserviceaccount.com"]
