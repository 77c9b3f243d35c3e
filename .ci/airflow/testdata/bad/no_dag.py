"""Mentions airflow and dag, and defines none."""
