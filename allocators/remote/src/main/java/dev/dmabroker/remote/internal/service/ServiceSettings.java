package dev.dmabroker.remote.internal.service;

import dev.dmabroker.remote.AdmissionRule;
import dev.dmabroker.remote.ServiceListener;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an application sets of a service.
 *
 * @param rule decides which processes are taken
 * @param evictAfter for how long a client may hold up others beyond its devices' longest hold
 * @param listener is told of clients; null for none
 */
public record ServiceSettings(
    AdmissionRule rule, Duration evictAfter, @Nullable ServiceListener listener) {}
