package dev.dmabroker.samples.broker;

import dev.dmabroker.remote.Admission;
import dev.dmabroker.remote.Admission.Admitted;
import dev.dmabroker.remote.AdmissionRule;
import dev.dmabroker.remote.ClientLimits;
import dev.dmabroker.remote.ClientTerms;
import dev.dmabroker.remote.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Decides by the configuration who may be a client: users and groups that it names, in its order,
 * and then the service's own user.
 */
final class ClientRules implements AdmissionRule {

  /** A section, with the account's number and what its clients get. */
  private record Rule(ClientSection section, int number, ClientTerms terms) {}

  private final Accounts accounts;
  private final List<Rule> rules = new ArrayList<>();
  private final AdmissionRule otherwise;

  /**
   * Looks up the accounts.
   *
   * @throws ConfigurationException if this machine lacks one
   */
  ClientRules(Configuration configuration, Accounts accounts) throws ConfigurationException {
    this.accounts = accounts;
    for (ClientSection section : configuration.clients()) {
      rules.add(new Rule(section, number(section), terms(new Limits(configuration, section))));
    }
    otherwise = AdmissionRule.ownUser(terms(new Limits(configuration, null)));
  }

  private int number(ClientSection section) throws ConfigurationException {
    OptionalInt number =
        section.kind() == ClientSection.Kind.USER
            ? accounts.user(section.name())
            : accounts.group(section.name());
    return number.orElseThrow(
        () ->
            new ConfigurationException(
                section.origin() + ": this machine has no " + section.title()));
  }

  private static ClientTerms terms(Limits limits) {
    ClientTerms.Builder terms =
        ClientTerms.builder()
            .limits(
                ClientLimits.builder()
                    .memoryBytes(limits.get(Key.MEMORY))
                    .buffers(limits.get(Key.BUFFERS))
                    .devices(limits.get(Key.DEVICES))
                    .attachments(limits.get(Key.ATTACHMENTS))
                    .mappings(limits.get(Key.MAPPINGS))
                    .streams(limits.get(Key.STREAMS))
                    .tokens(limits.get(Key.TOKENS))
                    .requests(limits.get(Key.REQUESTS))
                    .longestHold(limits.get(Key.LONGEST_HOLD))
                    .movesPerMinute(limits.get(Key.MOVES))
                    .build())
            .rights(limits.get(Key.RIGHTS));
    String group = limits.get(Key.TRUST_GROUP);
    return (group.equals(Key.TRUST_GROUP.standard()) ? terms : terms.group(group)).build();
  }

  @Override
  public Admission decide(Peer peer) {
    for (Rule rule : rules) {
      boolean fits =
          rule.section().kind() == ClientSection.Kind.USER
              ? peer.uid() == rule.number()
              : peer.gid() == rule.number() || accounts.isMember(peer.uid(), rule.number());
      if (fits) {
        return new Admitted(rule.terms());
      }
    }
    return otherwise.decide(peer);
  }
}
