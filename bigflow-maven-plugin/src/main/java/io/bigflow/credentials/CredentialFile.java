// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.auth.oauth2.ExternalAccountAuthorizedUserCredentials;
import com.google.auth.oauth2.ExternalAccountCredentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ServiceAccountCredentials;
import com.google.auth.oauth2.UserCredentials;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of credentials in one of the forms that Google's libraries share. Nothing of its content
 * is ever quoted, except for the type, names of accounts, and where an external identity comes
 * from.
 */
final class CredentialFile {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern IMPERSONATION =
      Pattern.compile(
          "https://[^/?#]+/v1/projects/-/serviceAccounts/([^/:?#]+):generateAccessToken");
  private static final Set<String> USERS =
      Set.of("authorized_user", "external_account_authorized_user");

  private final Path path;
  private final ObjectNode json;
  private final Machine machine;
  private final String where;
  private final String fix;
  private final String advice;

  private CredentialFile(
      Path path, ObjectNode json, Machine machine, String where, String fix, String advice) {
    this.path = path;
    this.json = json;
    this.machine = machine;
    this.where = where;
    this.fix = fix;
    this.advice = advice;
  }

  /**
   * Reads a file.
   *
   * @param where which parameter, variable or place names it, for messages
   * @param fix what to do if it cannot be used
   * @param advice what to do if its credentials are not accepted any more
   * @throws BigflowException if it is not there or is no such file
   */
  static CredentialFile read(Path path, Machine machine, String where, String fix, String advice) {
    if (!Files.isRegularFile(path)) {
      throw unusable(path, "there is no such file", where, fix);
    }
    try {
      if (JSON.readTree(Files.readAllBytes(path)) instanceof ObjectNode object) {
        return new CredentialFile(path, object, machine, where, fix, advice);
      }
    } catch (IOException e) {
      // Told below. The parser's text is left out: it quotes the file, and the file is a secret.
    }
    throw notUnderstood(path, where, fix);
  }

  /** Whether it holds the login of a person. */
  boolean isUser() {
    return USERS.contains(type(json))
        || (isImpersonation() && USERS.contains(type(json.path("source_credentials"))));
  }

  /** The form that the file has, for example {@code service_account}. */
  String type() {
    return type(json);
  }

  private static String type(JsonNode node) {
    return node.path("type").asText();
  }

  private boolean isImpersonation() {
    return type().equals("impersonated_service_account");
  }

  /** The identity, with the service accounts that the file itself says it is to act as. */
  CredentialSource source() {
    if (isImpersonation() && json.get("source_credentials") instanceof ObjectNode inner) {
      List<String> delegates = new ArrayList<>();
      json.path("delegates")
          .forEach(
              account ->
                  delegates.add(account.asText().replaceFirst("^projects/-/serviceAccounts/", "")));
      return new Impersonation(
          account(inner),
          new ImpersonationChain(delegates, impersonated(json)),
          Impersonation.Grant.TOKEN_CREATOR,
          machine.transports());
    }
    if (type().equals("external_account") && json.has("service_account_impersonation_url")) {
      String target = impersonated(json);
      ObjectNode identity = json.deepCopy();
      identity.remove("service_account_impersonation_url");
      return new Impersonation(
          account(identity),
          new ImpersonationChain(List.of(), target),
          Impersonation.Grant.WORKLOAD_IDENTITY,
          machine.transports());
    }
    return account(json);
  }

  private String impersonated(ObjectNode file) {
    String address = file.path("service_account_impersonation_url").asText();
    requireGoogle("service_account_impersonation_url", address);
    Matcher matcher = IMPERSONATION.matcher(address);
    if (!matcher.matches()) {
      throw notUnderstood(path, where, fix);
    }
    return matcher.group(1);
  }

  /** Loads one identity. Nothing is sent yet. */
  private GoogleAccount account(ObjectNode identity) {
    try {
      return switch (type(identity)) {
        case "authorized_user" ->
            user(identity, UserCredentials.fromStream(stream(identity), machine.transports()));
        case "external_account_authorized_user" -> {
          requireGoogle("token_url", identity.path("token_url").asText());
          yield user(
              identity,
              ExternalAccountAuthorizedUserCredentials.fromStream(
                  stream(identity), machine.transports()));
        }
        case "service_account" -> key(identity);
        case "external_account" -> federation(identity);
        default -> throw notUnderstood(path, where, fix);
      };
    } catch (IOException | RuntimeException e) {
      if (e instanceof BigflowException problem) {
        throw problem;
      }
      // The library's text is left out: it may quote the file.
      throw notUnderstood(path, where, fix);
    }
  }

  private GoogleAccount user(ObjectNode identity, GoogleCredentials credentials) {
    String host = host(identity, "token_url", "oauth2.googleapis.com");
    Optional<String> account =
        Optional.of(identity.path("account").asText()).filter(text -> text.contains("@"));
    return make(
        "application default credentials",
        () -> account.map(email -> "user:" + email),
        credentials,
        failure -> TokenRefusals.user(new Answers(failure), host, advice));
  }

  private GoogleAccount key(ObjectNode identity) throws IOException {
    requireGoogle("token_uri", identity.path("token_uri").asText());
    ServiceAccountCredentials credentials =
        ServiceAccountCredentials.fromStream(stream(identity), machine.transports());
    String email = credentials.getClientEmail();
    String host = host(identity, "token_uri", "oauth2.googleapis.com");
    return make(
            "key of '" + email + "'",
            () -> Optional.of("serviceAccount:" + email),
            credentials.createScoped(List.of(CredentialSource.SCOPE)),
            failure -> TokenRefusals.key(new Answers(failure), host, email, path))
        .withIdTokens(credentials);
  }

  private GoogleAccount federation(ObjectNode identity) throws IOException {
    requireGoogle("token_url", identity.path("token_url").asText());
    ExternalAccountCredentials credentials =
        ExternalAccountCredentials.fromStream(stream(identity), machine.transports());
    FederatedIdentity federated = FederatedIdentity.of(identity);
    String host = host(identity, "token_url", "sts.googleapis.com");
    return make(
        "workload identity federation of '" + path.getFileName() + "'",
        federated::member,
        credentials.createScoped(List.of(CredentialSource.SCOPE)),
        failure -> TokenRefusals.federation(new Answers(failure), host, federated));
  }

  private GoogleAccount make(
      String name,
      Supplier<Optional<String>> member,
      GoogleCredentials credentials,
      java.util.function.Function<Throwable, Refusal> refusals) {
    String quotaProject =
        machine.variable("GOOGLE_CLOUD_QUOTA_PROJECT").orElse(credentials.getQuotaProjectId());
    return new GoogleAccount(
        name, advice, member, credentials::refreshAccessToken, quotaProject, refusals);
  }

  private static InputStream stream(ObjectNode identity) throws IOException {
    return new ByteArrayInputStream(JSON.writeValueAsBytes(identity));
  }

  private static String host(ObjectNode identity, String field, String usual) {
    String address = identity.path(field).asText();
    return address.isEmpty() ? usual : String.valueOf(URI.create(address).getHost());
  }

  /**
   * The library sends tokens and assertions wherever the file says; whoever can write the file
   * could collect them.
   */
  private void requireGoogle(String field, String address) {
    if (!address.isEmpty()
        && !GoogleHosts.isApi(address)
        // Old key files.
        && !address.equals("https://accounts.google.com/o/oauth2/token")) {
      throw unusable(path, "its '" + field + "' is no address of Google", where, fix);
    }
  }

  private static BigflowException notUnderstood(Path path, String where, String fix) {
    return unusable(
        path, "the file holds no credentials that Google's library understands", where, fix);
  }

  private static BigflowException unusable(Path path, String why, String where, String fix) {
    return BigflowException.of(
        new Problem(
            "Cannot use the Google credentials in '" + path + "': " + why,
            where,
            fix,
            "no-credentials"));
  }
}
