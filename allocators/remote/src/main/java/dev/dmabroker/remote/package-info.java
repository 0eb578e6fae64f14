/**
 * A broker for several processes: one process serves its broker ({@link
 * dev.dmabroker.remote.BrokerService}), and others have the interfaces of a broker ({@link
 * dev.dmabroker.remote.RemoteBroker}).
 *
 * <pre>
 *   camera's process         service's process          viewer's process
 *   +--------------+         +---------------+          +--------------+
 *   | RemoteBroker |&lt;-------&gt;| BrokerService |&lt;--------&gt;| RemoteBroker |
 *   |   stream     | socket  |    Broker     |  socket  |  consumer    |
 *   +------+-------+         +-------+-------+          +-------+------+
 *          |                         |                          |
 *          +--------- descriptors of one memory ----------------+
 * </pre>
 *
 * <p>The service chooses where each buffer lies and moves it when a device of any process needs
 * that. Only descriptors and short messages cross; contents do not.
 *
 * <pre>{@code
 * // The service's process.
 * Broker broker = Broker.builder().heaps(Heaps.modelledStandIns()).build();
 * Path socket = Files.createTempDirectory("dmabroker").resolve("dmabroker-0");
 * BrokerService service = BrokerService.builder(broker).start(socket);
 *
 * // The camera's process.
 * RemoteBroker here = RemoteBroker.connect(socket, "camera");
 * Device camera = here.register("camera", Constraints.builder().cpuOnly().build());
 * BufferStream video = here.stream(StreamSpec.of("video", BlobSpec.of(100_000), camera));
 * here.publish("front", video);
 * video.start();
 *
 * // The viewer's process.
 * RemoteBroker there = RemoteBroker.connect(socket, "viewer");
 * BufferStream opened = there.openStream("front", Duration.ofSeconds(10));
 * Device viewer = there.register("viewer", Constraints.builder().cpuOnly().build());
 * StreamConsumer frames = opened.consumer(viewer, StreamConsumer.Policy.LATEST);
 *
 * there.close();
 * here.close();
 * service.close();
 * broker.close();
 * }</pre>
 *
 * <p><b>Sharing.</b> A {@link dev.dmabroker.remote.Token} opens one buffer or stream with {@link
 * dev.dmabroker.remote.Rights}, in any process that has it. A stream may also be published under a
 * name, which a client may open if the service has given it the right ({@link
 * dev.dmabroker.remote.ClientRight#OPEN_PUBLISHED}).
 *
 * <p><b>What cannot cross</b> throws {@link dev.dmabroker.remote.NotRemoteException}, which names
 * the method.
 */
@NullMarked
package dev.dmabroker.remote;

import org.jspecify.annotations.NullMarked;
