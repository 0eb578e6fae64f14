package dev.dmabroker.samples.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.HttpFields;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GuardTest {
  private static final Guard GUARD = new Guard(Set.of("bench.example"));

  private static HttpFields headers(String... pairs) {
    HttpFields.Mutable headers = HttpFields.build();
    for (int i = 0; i < pairs.length; i += 2) {
      headers.add(pairs[i], pairs[i + 1]);
    }
    return headers;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:8642",
        "LocalHost",
        "127.0.0.1:8642",
        "10.1.2.3:8642",
        "[::1]:8642",
        "[fe80::1]",
        "bench.example:8642",
        "Bench.Example"
      })
  void addressesAndNamesThatWereAllowedAreThisServer(String host) {
    assertEquals(Optional.empty(), GUARD.refusal("GET", headers("Host", host)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "localhost.evil.example:8642",
        "127.0.0.1.evil.example",
        "evil.example:8642",
        "localhost@evil.example",
        "bench.example.evil",
        "",
        "local host",
        "127.0.0.1:8642:1"
      })
  void aNameThatSomebodyElseMayPointHereIsRefused(String host) {
    assertTrue(GUARD.refusal("GET", headers("Host", host)).isPresent(), host);
  }

  @Test
  void exactlyOneHostIsWanted() {
    assertTrue(GUARD.refusal("GET", headers()).isPresent());
    assertTrue(
        GUARD.refusal("GET", headers("Host", "localhost", "Host", "evil.example")).isPresent());
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost:8642, true", "https://localhost:8642, true", "HTTP://LOCALHOST:8642, true",
    "http://localhost:3000, false", "http://localhost, false", "http://127.0.0.1:8642, false",
    "http://evil.example, false", "null, false", "http://localhost:8642.evil.example, false",
    "ftp://localhost:8642, false"
  })
  void theOriginHasToBeTheHost(String origin, boolean allowed) {
    for (String method : new String[] {"GET", "POST"}) {
      assertEquals(
          allowed,
          GUARD.refusal(method, headers("Host", "localhost:8642", "Origin", origin)).isEmpty(),
          method);
    }
  }

  @Test
  void aChangeNeedsAnOrigin() {
    assertTrue(GUARD.refusal("POST", headers("Host", "localhost:8642")).isPresent());
  }

  @ParameterizedTest
  @CsvSource({
    "same-origin, cors, true",
    "none, navigate, true",
    "cross-site, no-cors, false",
    "same-site, cors, false",
    "cross-site, navigate, true"
  })
  void whatAnotherSiteEmbedsIsRefusedWhatItLinksToIsNot(String site, String mode, boolean allowed) {
    HttpFields headers =
        headers("Host", "localhost:8642", "Sec-Fetch-Site", site, "Sec-Fetch-Mode", mode);
    assertEquals(allowed, GUARD.refusal("GET", headers).isEmpty());
  }

  @Test
  void noOtherSiteNavigatesToAChange() {
    HttpFields headers =
        headers(
            "Host", "localhost:8642",
            "Origin", "http://localhost:8642",
            "Sec-Fetch-Site", "cross-site",
            "Sec-Fetch-Mode", "navigate");
    assertTrue(GUARD.refusal("POST", headers).isPresent());
  }
}
