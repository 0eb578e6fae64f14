package dev.dmabroker.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.Mapping;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.allocators.linux.socket.PeerCredentials;
import dev.dmabroker.remote.Admission.Admitted;
import dev.dmabroker.remote.internal.value.Values;
import dev.dmabroker.remote.internal.wire.Access;
import dev.dmabroker.remote.internal.wire.Attach;
import dev.dmabroker.remote.internal.wire.Blob;
import dev.dmabroker.remote.internal.wire.BufferSpec;
import dev.dmabroker.remote.internal.wire.CloseBuffer;
import dev.dmabroker.remote.internal.wire.Detach;
import dev.dmabroker.remote.internal.wire.Export;
import dev.dmabroker.remote.internal.wire.Forget;
import dev.dmabroker.remote.internal.wire.Hello;
import dev.dmabroker.remote.internal.wire.Map;
import dev.dmabroker.remote.internal.wire.Rang;
import dev.dmabroker.remote.internal.wire.RegisterDevice;
import dev.dmabroker.remote.internal.wire.TakeSnapshot;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.remote.internal.wire.Unmap;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.InOrder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that break the rules, dead, stopped and hostile ones: others do not notice. */
class HostileClientTest {
  private static final Duration EVICT_AFTER = Duration.ofMillis(300);

  @TempDir private Path folder;
  private Path socket;
  private Broker broker;
  private BrokerService service;
  private RemoteBroker other;
  private Attachment others;
  private final List<Puppet> puppets = new ArrayList<>();

  @BeforeEach
  void serve() throws Exception {
    socket = folder.resolve("socket");
    broker =
        Broker.builder()
            .heuristic(new InOrder())
            .longestHold(Duration.ofMillis(200))
            .heap(ModelledHeap.builder("system").build())
            .heap(ModelledHeap.builder("cma").contiguous(true).build())
            .build();
    service =
        BrokerService.builder(broker)
            .permissions(PosixFilePermissions.fromString("rw-rw-rw-"))
            .evictAfter(EVICT_AFTER)
            .start(socket);
    other = RemoteBroker.connect(socket, "other");
    others =
        other
            .export("others", BlobSpec.of(4096))
            .attach(
                other.register("cpu", dev.dmabroker.spec.Constraints.builder().cpuOnly().build()));
    write(42);
  }

  /** The other client has noticed nothing, and all is back where it was. */
  @AfterEach
  void nothingIsLeft() {
    puppets.forEach(Puppet::close);
    Await.until("the others have gone", () -> service.clients().size() == 1);
    Await.until("their buffers too", () -> broker.snapshot().buffers().size() == 1);
    Await.until("their devices too", () -> broker.snapshot().devices().size() == 1);
    assertEquals(42, read());
    other.close();
    service.close();
    broker.close();
  }

  private void write(int value) {
    try (Mapping mapping = others.map(dev.dmabroker.spec.Access.WRITE);
        CpuView view = mapping.cpuView()) {
      view.bytes().putInt(0, value);
    }
  }

  private int read() {
    try (Mapping mapping = others.map(dev.dmabroker.spec.Access.READ);
        CpuView view = mapping.cpuView()) {
      return view.bytes().getInt(0);
    }
  }

  private Puppet puppet() throws IOException {
    Puppet puppet = new Puppet();
    puppets.add(puppet);
    puppet.connect(socket);
    return puppet;
  }

  private Puppet client() throws IOException {
    Puppet puppet = puppet();
    assertTrue(puppet.ask(Puppet.hello("puppet")).hasWelcome());
    return puppet;
  }

  private static ToService.Builder request() {
    return ToService.newBuilder();
  }

  private static ToService.Builder device(String name, boolean contiguous) {
    var needs = dev.dmabroker.spec.Constraints.builder().cpuOnly();
    if (contiguous) {
      needs.contiguous();
    }
    return request()
        .setRegisterDevice(
            RegisterDevice.newBuilder()
                .setName(name)
                .addAlternatives(Values.write(needs.build()))
                .setAccess(Access.READ_WRITE));
  }

  private static ToService.Builder export(int count, long bytes) {
    return request()
        .setExport(
            Export.newBuilder()
                .setName("frame")
                .setCount(count)
                .setSpec(BufferSpec.newBuilder().setBlob(Blob.newBuilder().setSizeBytes(bytes))));
  }

  /** Maps a new buffer through a new device, and returns the mapping. */
  private static long mapped(Puppet puppet, Access access) throws IOException {
    long device = puppet.ask(device("cpu", false)).getDeviceRegistered().getDevice();
    long buffer = puppet.ask(export(1, 4096)).getExported().getBuffers(0).getBuffer();
    return map(puppet, attach(puppet, buffer, device), access).getMapped().getMapping();
  }

  private static long attach(Puppet puppet, long buffer, long device) throws IOException {
    ToClient answer =
        puppet.ask(request().setAttach(Attach.newBuilder().setBuffer(buffer).setDevice(device)));
    assertTrue(answer.hasAttached(), answer::toString);
    return answer.getAttached().getAttachment();
  }

  private static ToClient map(Puppet puppet, long attachment, Access access) throws IOException {
    return puppet.ask(map(attachment, access));
  }

  private static ToService.Builder map(long attachment, Access access) {
    return request().setMap(Map.newBuilder().setAttachment(attachment).setAccess(access));
  }

  private @Nullable ClientState state(String name) {
    return service.clients().stream()
        .filter(each -> each.name().equals(name))
        .findAny()
        .orElse(null);
  }

  @Test
  void aMessageThatIsNoneEndsTheConnection() throws Exception {
    Puppet puppet = client();
    puppet.sendBytes(new byte[] {(byte) 0xff, (byte) 0xff, 3}, "");
    String reason = puppet.reasonToGo();
    assertTrue(reason.contains("3 bytes that are no message"), reason);
  }

  @Test
  void aPacketOverTheLimitEndsTheConnection() throws Exception {
    Puppet puppet = client();
    puppet.sendBytes(new byte[70_000], "");
    String reason = puppet.reasonToGo();
    assertTrue(reason.contains("longer than 65536"), reason);
  }

  @Test
  void tooManyDescriptorsEndTheConnection() throws Exception {
    Puppet puppet = client();
    int before = descriptors();
    puppet.sendBytes(Puppet.bytes(export(1, 4096).setNumber(9)), "n".repeat(200));
    String reason = puppet.reasonToGo();
    assertTrue(reason.contains("more than 8 descriptors"), reason);
    Await.until("they are closed", () -> descriptors() <= before);
  }

  private static int descriptors() {
    String[] open = new File("/proc/self/fd").list();
    return open == null ? 0 : open.length;
  }

  @Test
  void descriptorsThatNobodyAskedForAreClosed() throws Exception {
    Puppet puppet = client();
    int before = descriptors();
    for (String kind : List.of("p", "r", "m", "s", "e", "x", "n", "f")) {
      long number =
          puppet.send(request().setTakeSnapshot(TakeSnapshot.getDefaultInstance()), kind.repeat(8));
      assertNotNull(puppet.answer(number));
    }
    Await.until("they are closed", () -> descriptors() <= before);
  }

  @Test
  void versionsThatAreTooNewOrTooOldAreToldSo() throws Exception {
    for (int[] versions : new int[][] {{0, 0}, {2, 9}}) {
      Puppet puppet = puppet();
      puppet.send(
          request()
              .setHello(
                  Hello.newBuilder()
                      .setLowestVersion(versions[0])
                      .setHighestVersion(versions[1])
                      .setName("puppet")));
      String reason = puppet.reasonToGo();
      assertTrue(reason.contains("speaks version 1"), reason);
    }
  }

  @Test
  void aFeatureThatTheServiceLacksIsNamed() throws Exception {
    Puppet puppet = puppet();
    puppet.send(
        request()
            .setHello(
                Hello.newBuilder()
                    .setLowestVersion(1)
                    .setHighestVersion(1)
                    .setName("puppet")
                    .addRequiredFeatures("time-travel")));
    String reason = puppet.reasonToGo();
    assertTrue(reason.contains("time-travel"), reason);
  }

  @Test
  void wordsBeforeHelloEndTheConnection() throws Exception {
    Puppet puppet = puppet();
    puppet.send(export(1, 4096));
    String reason = puppet.reasonToGo();
    assertTrue(reason.contains("EXPORT before it was welcome"), reason);
  }

  @Test
  void aForkThatSpeaksForItsParentIsNotWelcome() throws Exception {
    Puppet puppet = puppet();
    puppet.becomeFork();
    puppet.send(Puppet.hello("fork"));
    String reason = puppet.reasonToGo();
    assertTrue(reason.contains("needs a connection of its own"), reason);
    assertEquals(1, service.clients().size());
  }

  @Test
  void aDeathIsSeenThoughAForkKeepsTheConnection() throws Exception {
    Puppet puppet = client();
    mapped(puppet, Access.WRITE);
    long fork = puppet.fork();
    puppet.kill();
    Await.until("it has gone", () -> state("puppet") == null);
    Await.until("what it wrote to too", () -> broker.snapshot().buffers().size() == 1);
    Puppet.signal("KILL", fork);
  }

  @Test
  void whatAProcessCanStillWriteToIsHeldUntilItEnds() throws Exception {
    Puppet puppet = client();
    mapped(puppet, Access.WRITE);
    puppet.disconnect();
    Await.until("it has gone", () -> state("puppet") == null);
    Await.until("its devices too", () -> broker.snapshot().devices().size() == 1);
    assertEquals(2, broker.snapshot().buffers().size());
    puppet.kill();
    Await.until("its memory too", () -> broker.snapshot().buffers().size() == 1);
  }

  @Test
  void whatAProcessOnlyReadsEndsWithItsConnection() throws Exception {
    Puppet puppet = client();
    mapped(puppet, Access.READ);
    puppet.disconnect();
    Await.until("its memory has gone", () -> broker.snapshot().buffers().size() == 1);
  }

  @Test
  void aStoppedWriterCostsARolledBackMoveThenItsConnection() throws Exception {
    Puppet puppet = client();
    long device = puppet.ask(device("cpu", false)).getDeviceRegistered().getDevice();
    long buffer = puppet.ask(export(1, 4096)).getExported().getBuffers(0).getBuffer();
    long attachment = attach(puppet, buffer, device);
    assertTrue(map(puppet, attachment, Access.WRITE).hasMapped());
    long display = puppet.ask(device("display", true)).getDeviceRegistered().getDevice();
    long late = attach(puppet, buffer, display);
    puppet.send(map(late, Access.READ));
    puppet.stop();
    Await.until("it has gone", () -> state("puppet") == null);
    assertEquals(
        1,
        broker.snapshot().buffers().stream().filter(it -> it.name().startsWith("puppet")).count());
    puppet.goOn();
    String reason = puppet.reasonToGo();
    assertTrue(reason.contains("holds up a move of puppet/frame"), reason);
  }

  @Test
  void aClientThatNeverAnswersARecallCostsARolledBackMoveThenItsConnection() throws Exception {
    Puppet puppet = puppet();
    assertTrue(puppet.ask(Puppet.hello("puppet", true)).getWelcome().getPageBytes() > 0);
    long device = puppet.ask(device("cpu", false)).getDeviceRegistered().getDevice();
    long buffer = puppet.ask(export(1, 4096)).getExported().getBuffers(0).getBuffer();
    Map.Builder map = Map.newBuilder().setAttachment(attach(puppet, buffer, device));
    ToService.Builder counted = request().setMap(map.setAccess(Access.WRITE).setWord(true));
    assertTrue(puppet.ask(counted).getMapped().getHasWord());
    long display = puppet.ask(device("display", true)).getDeviceRegistered().getDevice();
    puppet.send(map(attach(puppet, buffer, display), Access.READ));
    String reason = puppet.reasonToGo(); // Its word goes on to say that it writes.
    assertTrue(reason.contains("holds up a move of puppet/frame"), reason);
  }

  @Test
  void aClientThatRingsOnAndOnIsNotHeardEachTime() throws Exception {
    Puppet puppet = puppet();
    assertTrue(puppet.ask(Puppet.hello("puppet", true)).hasWelcome());
    byte[] ring = Puppet.bytes(request().setRang(Rang.getDefaultInstance()));
    puppet.flood(ring, "", 200_000);
    assertEquals(42, read());
  }

  @Test
  void aClientThatFloodsIsLetGo() throws Exception {
    Puppet puppet = client();
    byte[] request = Puppet.bytes(map(99, Access.READ).setNumber(7));
    puppet.flood(request, "", 100_000);
    puppet.flood(request, "", 100_000);
    Await.until("it has gone", () -> state("puppet") == null);
  }

  @Test
  void messagesWithoutANumberWaitInTheSocketAndNotInTheService() throws Exception {
    Puppet puppet = client();
    byte[] message = Puppet.bytes(request().setUnmap(Unmap.newBuilder().setMapping(99)));
    int sent = puppet.flood(message, "", 1_000_000);
    assertTrue(sent < 1_000_000, "all of them were taken in");
  }

  @Test
  void aClientThatNeverReadsIsLetGo() throws Exception {
    Puppet puppet = client();
    byte[] request =
        Puppet.bytes(request().setMap(Map.newBuilder().setAttachment(99).setAccess(Access.READ)));
    Await.until(
        "it has gone",
        () -> {
          try {
            puppet.flood(request, "", 1000);
          } catch (IOException e) {
            throw new AssertionError(e);
          }
          return state("puppet") == null;
        });
  }

  @Test
  void memoryCannotBeTakenAwayFromUnderTheService() throws Exception {
    Puppet puppet = client();
    mapped(puppet, Access.WRITE);
    assertEquals(1, puppet.descriptors());
    puppet.write(0, 0, 77);
    assertEquals(-1, puppet.truncate(0)); // EPERM, as it is sealed.
    puppet.punch(0);
    assertEquals(0, puppet.read(0, 0));
  }

  /** A hole in the page reads as zeros: shut, with no use in. */
  @Test
  void aPageThatIsCutOrPunchedHurtsItsClientAlone() throws Exception {
    Puppet puppet = puppet();
    var welcome = puppet.ask(Puppet.hello("puppet", true)).getWelcome();
    long device = puppet.ask(device("cpu", false)).getDeviceRegistered().getDevice();
    long buffer = puppet.ask(export(1, 4096)).getExported().getBuffers(0).getBuffer();
    long attachment = attach(puppet, buffer, device);
    var map = Map.newBuilder().setAttachment(attachment).setAccess(Access.WRITE).setWord(true);
    var mapped = puppet.ask(request().setMap(map)).getMapped();
    assertTrue(mapped.getHasWord());
    int page = welcome.getPageDescriptor();
    int word = mapped.getWord() * welcome.getWordBytes();
    assertEquals(1, puppet.read(page, word + 4), "one use is in");
    assertEquals(-1, puppet.truncate(page)); // EPERM, as it is sealed.
    assertEquals(1, Objects.requireNonNull(state("puppet")).mappings());
    assertEquals(0, puppet.punch(page));
    assertEquals(0, puppet.read(page, word + 4));
    assertEquals(0, Objects.requireNonNull(state("puppet")).mappings());
    // Its own buffer moves at once; the service reads and shuts words in the hole.
    long display = puppet.ask(device("display", true)).getDeviceRegistered().getDevice();
    assertTrue(map(puppet, attach(puppet, buffer, display), Access.READ).hasMapped());
  }

  /** Export, map, keep the descriptor, close: again and again, and with a false Forget. */
  @Test
  void memoryStaysChargedUntilTheLastDescriptorHasGone() throws Exception {
    ClientLimits little = ClientLimits.builder().memoryBytes(4 * 4096).build();
    Path second = folder.resolve("second");
    try (BrokerService small =
            BrokerService.builder(broker)
                .admission(peer -> new Admitted(ClientTerms.builder().limits(little).build()))
                .start(second);
        Puppet puppet = Puppet.client(second, "keeper")) {
      long device = puppet.ask(device("cpu", false)).getDeviceRegistered().getDevice();
      ToClient refused = null;
      int rounds = 0;
      for (; refused == null && rounds < 100; rounds++) {
        ToClient exported = puppet.ask(export(1, 4096));
        if (exported.hasFailure()) {
          refused = exported;
        } else {
          keep(puppet, exported.getExported().getBuffers(0).getBuffer(), device);
        }
      }
      assertEquals(5, rounds);
      assertNotNull(refused);
      assertEquals("BudgetExceededException", refused.getFailure().getKind());
      for (int kept = puppet.descriptors(); kept > 0; kept--) {
        puppet.closeLast();
      }
      Await.until("all has gone", () -> small.clients().get(0).memoryBytes() == 0);
      assertTrue(puppet.ask(export(4, 4096)).hasExported());
    }
  }

  private void keep(Puppet puppet, long buffer, long device) throws IOException {
    long attachment = attach(puppet, buffer, device);
    var mapped = map(puppet, attachment, Access.WRITE).getMapped();
    if (mapped.getMemory().getMemory() % 2 == 0) {
      puppet.ask(
          request().setForget(Forget.newBuilder().setMemory(mapped.getMemory().getMemory())));
    }
    puppet.ask(request().setUnmap(Unmap.newBuilder().setMapping(mapped.getMapping())));
    puppet.ask(request().setDetach(Detach.newBuilder().setAttachment(attachment)));
    puppet.ask(request().setCloseBuffer(CloseBuffer.newBuilder().setBuffer(buffer)));
  }

  @Test
  void anUnmapWithoutTheDescriptorThatItNamesIsRefused() throws Exception {
    Puppet puppet = client();
    long mapping = mapped(puppet, Access.WRITE);
    ToClient answer =
        puppet.ask(request().setUnmap(Unmap.newBuilder().setMapping(mapping).setHasFence(true)));
    assertTrue(answer.getFailure().getText().contains("fence is missing"), answer::toString);
  }

  @Test
  void fencesThatAreNoneAreRefusedByWhatTheyAre() throws Exception {
    Puppet puppet = client();
    int before = descriptors();
    for (String kind : List.of("p", "r", "m", "s", "e", "x", "n", "f")) {
      Puppet next = client();
      long mapping = mapped(next, Access.WRITE);
      ToClient answer =
          next.answer(
              next.send(
                  request().setUnmap(Unmap.newBuilder().setMapping(mapping).setHasFence(true)),
                  kind));
      assertTrue(
          answer.getFailure().getText().contains("is no sync file"),
          kind + ": " + answer.getBodyCase());
      next.kill();
    }
    Await.until("they are closed", () -> descriptors() <= before);
    assertTrue(puppet.ask(export(1, 4096)).hasExported());
  }

  @Test
  void anotherUserIsRefusedAndNamedAndLetInByARule() throws Exception {
    assumeTrue(PeerCredentials.ownUser() == 0, "only root can start a process of another user");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Puppet puppet = new Puppet();
    puppets.add(puppet);
    puppet.becomeUser(12345);
    puppet.connect(socket);
    puppet.send(Puppet.hello("stranger"));
    String reason = puppet.reasonToGo();
    assertTrue(reason.contains("user 0 alone") && reason.contains("12345"), reason);
    ClientLimits little = ClientLimits.builder().memoryBytes(4096).build();
    Path second = folder.resolve("second");
    try (BrokerService open =
        BrokerService.builder(broker)
            .permissions(PosixFilePermissions.fromString("rw-rw-rw-"))
            .admission(peer -> new Admitted(ClientTerms.builder().limits(little).build()))
            .start(second)) {
      puppet.connect(second);
      assertEquals(
          4096, puppet.ask(Puppet.hello("guest")).getWelcome().getLimits().getMemoryBytes());
      assertTrue(puppet.ask(export(1, 4096)).hasExported());
      ToClient refused = puppet.ask(export(1, 4096));
      assertEquals("BudgetExceededException", refused.getFailure().getKind());
      assertEquals(12345, open.clients().get(0).peer().uid());
    }
  }

  /** Its number stands for all users that a namespace does not know, so no rule is asked. */
  @Test
  void theOverflowUserIsRefusedWhateverTheRule() throws Exception {
    assumeTrue(PeerCredentials.ownUser() == 0, "only root can start a process of another user");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path second = folder.resolve("second");
    try (BrokerService open =
        BrokerService.builder(broker)
            .permissions(PosixFilePermissions.fromString("rw-rw-rw-"))
            .admission(peer -> new Admitted(ClientTerms.usual()))
            .start(second)) {
      for (int user : new int[] {65534, 12345}) {
        Puppet puppet = new Puppet();
        puppets.add(puppet);
        puppet.becomeUser(user);
        puppet.connect(second);
        puppet.send(Puppet.hello("somebody"));
        ToClient answer = puppet.receive();
        assertEquals(user != 65534, answer != null && answer.hasWelcome(), "user " + user);
      }
      assertEquals(1, open.clients().size());
    }
  }

  /** A service in a PID namespace of its own sees the number 0, and could not see an end. */
  @Test
  void aProcessOutsideOfTheServicesPidNamespaceIsRefused() throws Exception {
    List<String> apart = List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc");
    assumeTrue(runs(apart), "no PID namespace can be made here");
    Path second = folder.resolve("second");
    Process alone = ServiceMain.start(second, apart);
    try {
      Puppet puppet = new Puppet();
      puppets.add(puppet);
      puppet.connect(second);
      puppet.send(Puppet.hello("outsider"));
      String reason = puppet.reasonToGo();
      assertTrue(reason.contains("a process of another PID namespace cannot be a client"), reason);
    } finally {
      alone.destroyForcibly();
      assertTrue(alone.waitFor(60, java.util.concurrent.TimeUnit.SECONDS));
    }
  }

  private static boolean runs(List<String> program) throws Exception {
    List<String> command = new ArrayList<>(program);
    command.add("true");
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException notThere) {
      return false;
    }
  }
}
