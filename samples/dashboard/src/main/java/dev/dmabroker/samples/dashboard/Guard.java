package dev.dmabroker.samples.dashboard;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/**
 * Keeps other sites' pages out, which a browser on this machine may show.
 *
 * <p>A page that rebinds its own name to this machine sends that name as Host: so the Host has to
 * be an address, {@code localhost} or a name that was allowed. A page that sends requests across
 * origins says so in Origin or Sec-Fetch-Site; a change has to come with an Origin that is this
 * server's.
 *
 * @param names further names of this server, in lower case
 */
record Guard(Set<String> names) {
  private static final Pattern HOST =
      Pattern.compile("(\\d{1,3}(?:\\.\\d{1,3}){3}|\\[[0-9a-f:.]+]|[a-z0-9._-]+)(?::\\d{1,5})?");

  private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[.+]");
  private static final Pattern ORIGIN = Pattern.compile("https?://(.+)");

  Guard {
    names = Set.copyOf(names);
  }

  /** Why the request is refused, if it is. */
  Optional<String> refusal(String method, HttpFields headers) {
    boolean reads = method.equals("GET");
    List<String> hosts = headers.getValuesList(HttpHeader.HOST);
    if (hosts.size() != 1 || !isThis(lower(hosts.get(0)))) {
      return Optional.of(
          "Host " + hosts + " is not an address, localhost or a name that --name allows");
    }
    List<String> origins = headers.getValuesList(HttpHeader.ORIGIN);
    if (origins.isEmpty() ? !reads : !isSame(origins, lower(hosts.get(0)))) {
      return Optional.of("Origin " + origins + " is not this page's, " + hosts);
    }
    String site = headers.get("Sec-Fetch-Site");
    boolean follows = reads && "navigate".equals(headers.get("Sec-Fetch-Mode"));
    if (site != null && !site.equals("same-origin") && !site.equals("none") && !follows) {
      return Optional.of("Sec-Fetch-Site is " + site);
    }
    return Optional.empty();
  }

  private boolean isThis(String host) {
    Matcher parts = HOST.matcher(host);
    if (!parts.matches()) {
      return false;
    }
    String name = parts.group(1);
    return ADDRESS.matcher(name).matches() || name.equals("localhost") || names.contains(name);
  }

  private static boolean isSame(List<String> origins, String host) {
    Matcher origin = ORIGIN.matcher(lower(origins.get(0)));
    return origins.size() == 1 && origin.matches() && origin.group(1).equals(host);
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
