package com.example.sales.portevents;

import com.google.api.client.http.HttpRequestInitializer;
import com.google.auth.Credentials;
import com.google.auth.http.HttpCredentialsAdapter;
import com.google.cloud.hadoop.util.ChainingHttpRequestInitializer;
import java.net.HttpURLConnection;
import java.util.List;
import org.apache.beam.sdk.extensions.gcp.auth.NullCredentialInitializer;
import org.apache.beam.sdk.extensions.gcp.options.GcpOptions;
import org.apache.beam.sdk.extensions.gcp.util.RetryHttpRequestInitializer;

/** Requests to Google's APIs that are made where the pipeline is put together, not by workers. */
final class GoogleRequests {
  private GoogleRequests() {}

  /** With the account of the pipeline; repeats what failed for a moment. */
  static HttpRequestInitializer as(GcpOptions options) {
    Credentials account = options.getGcpCredential();
    return new ChainingHttpRequestInitializer(
        account == null ? new NullCredentialInitializer() : new HttpCredentialsAdapter(account),
        // What is not there is no warning by itself.
        new RetryHttpRequestInitializer(List.of(HttpURLConnection.HTTP_NOT_FOUND)));
  }
}
