// SPDX-License-Identifier: Apache-2.0
package io.bigflow.gcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.problem.BigflowException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StorageEndpointTest {

  @ParameterizedTest
  @CsvSource({
    "            ,                       , https://storage.googleapis.com     , true",
    "' '         , ''                    , https://storage.googleapis.com     , true",
    "http://127.0.0.1:4443/,             , http://127.0.0.1:4443              , false",
    "https://storage-x.p.googleapis.com,, https://storage-x.p.googleapis.com , true",
    "            , localhost:9023        , http://localhost:9023              , false",
    "            , https://localhost:9023, https://localhost:9023             , false",
    "https://own , localhost:9023        , https://own                        , false",
    "https://storage.googleapis.com.example.com,, https://storage.googleapis.com.example.com, false",
    "https://127.0.0.1:4443,             , https://127.0.0.1:4443             , true",
  })
  void ourOwnSettingWinsThenTheVariable(
      String setting, String emulator, String endpoint, boolean takesCredentials) {
    StorageEndpoint found = StorageEndpoint.of(setting, emulator);

    assertThat(found).hasToString(endpoint);
    assertThat(found.takesCredentials()).isEqualTo(takesCredentials);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:4443",
        "ftp://host",
        "http://",
        "http://host?x=1",
        "http://host#x",
        "a b"
      })
  void refusesWhatIsNoAddress(String setting) {
    assertThatThrownBy(() -> StorageEndpoint.of(setting, null))
        .isInstanceOf(BigflowException.class)
        .hasMessage(
            """
            '%s' is not the address of Cloud Storage.
              where: bigflow.storage.endpoint
              fix:   Write a scheme, a host and perhaps a port, for example http://127.0.0.1:4443."""
                .formatted(setting));
  }

  @Test
  void aPasswordInAnAddressIsRefusedAndNotShown() {
    assertThatThrownBy(() -> StorageEndpoint.of("https://me:s3cret@host", null))
        .hasMessageStartingWith("'an address with a password' is not")
        .satisfies(e -> assertThat(e.toString()).doesNotContain("s3cret"));
  }
}
