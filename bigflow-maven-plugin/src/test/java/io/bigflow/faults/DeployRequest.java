// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import io.bigflow.image.BuiltImage;
import java.util.List;

/**
 * Everything that a deployment of a test needs to know; crosses the border to another process as
 * JSON.
 *
 * @param gcs the address of Cloud Storage
 * @param bucket the bucket's name
 * @param image the image, in the repository it goes to
 * @param tar the image's archive
 * @param version the project's version, part of each DAG file
 * @param workflows the ids of the workflows, one DAG file for each
 * @param by who deploys
 * @param beatMillis how often the deployment shows that it lives
 * @param patienceMillis how long another deployment may show no life
 * @param tokens the access tokens in the order in which they are had; the last one stays. Used only
 *     if the address begins with https
 * @param password of the registry; empty = no login
 */
record DeployRequest(
    String gcs,
    String bucket,
    BuiltImage image,
    String tar,
    String version,
    List<String> workflows,
    String by,
    long beatMillis,
    long patienceMillis,
    List<String> tokens,
    String password) {

  DeployRequest {
    workflows = List.copyOf(workflows);
    tokens = List.copyOf(tokens);
  }

  /** The same deployment to Cloud Storage at another address, with these tokens. */
  DeployRequest over(String address, List<String> accessTokens) {
    return new DeployRequest(
        address,
        bucket,
        image,
        tar,
        version,
        workflows,
        by,
        beatMillis,
        patienceMillis,
        accessTokens,
        password);
  }

  /** The same deployment with a login for the registry. */
  DeployRequest withPassword(String secret) {
    return new DeployRequest(
        gcs,
        bucket,
        image,
        tar,
        version,
        workflows,
        by,
        beatMillis,
        patienceMillis,
        tokens,
        secret);
  }

  /** The same deployment of another archive. */
  DeployRequest withTar(String archive) {
    return new DeployRequest(
        gcs,
        bucket,
        image,
        archive,
        version,
        workflows,
        by,
        beatMillis,
        patienceMillis,
        tokens,
        password);
  }
}
