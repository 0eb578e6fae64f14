package dev.dmabroker.remote;

import com.google.protobuf.ByteString;
import dev.dmabroker.remote.internal.value.Values;
import dev.dmabroker.remote.internal.wire.Access;
import dev.dmabroker.remote.internal.wire.Acknowledged;
import dev.dmabroker.remote.internal.wire.Acquire;
import dev.dmabroker.remote.internal.wire.Attach;
import dev.dmabroker.remote.internal.wire.Blob;
import dev.dmabroker.remote.internal.wire.BufferSpec;
import dev.dmabroker.remote.internal.wire.CallOff;
import dev.dmabroker.remote.internal.wire.CloseBuffer;
import dev.dmabroker.remote.internal.wire.CloseConsumer;
import dev.dmabroker.remote.internal.wire.CloseDevice;
import dev.dmabroker.remote.internal.wire.CloseShadow;
import dev.dmabroker.remote.internal.wire.CloseStream;
import dev.dmabroker.remote.internal.wire.Consume;
import dev.dmabroker.remote.internal.wire.CopyShadow;
import dev.dmabroker.remote.internal.wire.Credit;
import dev.dmabroker.remote.internal.wire.Detach;
import dev.dmabroker.remote.internal.wire.Evacuate;
import dev.dmabroker.remote.internal.wire.Export;
import dev.dmabroker.remote.internal.wire.Forget;
import dev.dmabroker.remote.internal.wire.GiveBack;
import dev.dmabroker.remote.internal.wire.Goodbye;
import dev.dmabroker.remote.internal.wire.Listen;
import dev.dmabroker.remote.internal.wire.Look;
import dev.dmabroker.remote.internal.wire.MakePlan;
import dev.dmabroker.remote.internal.wire.MakeShadow;
import dev.dmabroker.remote.internal.wire.MakeStream;
import dev.dmabroker.remote.internal.wire.MakeToken;
import dev.dmabroker.remote.internal.wire.Mapped;
import dev.dmabroker.remote.internal.wire.Open;
import dev.dmabroker.remote.internal.wire.OpenPublished;
import dev.dmabroker.remote.internal.wire.PinIt;
import dev.dmabroker.remote.internal.wire.Policy;
import dev.dmabroker.remote.internal.wire.Prepare;
import dev.dmabroker.remote.internal.wire.ProbeAnswer;
import dev.dmabroker.remote.internal.wire.Publish;
import dev.dmabroker.remote.internal.wire.Rang;
import dev.dmabroker.remote.internal.wire.RegisterDevice;
import dev.dmabroker.remote.internal.wire.Release;
import dev.dmabroker.remote.internal.wire.RemoveBuffer;
import dev.dmabroker.remote.internal.wire.RevokeToken;
import dev.dmabroker.remote.internal.wire.Rights;
import dev.dmabroker.remote.internal.wire.StartStream;
import dev.dmabroker.remote.internal.wire.StopStream;
import dev.dmabroker.remote.internal.wire.Submit;
import dev.dmabroker.remote.internal.wire.Take;
import dev.dmabroker.remote.internal.wire.TakeSnapshot;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.remote.internal.wire.ToService.BodyCase;
import dev.dmabroker.remote.internal.wire.Unlisten;
import dev.dmabroker.remote.internal.wire.Unmap;
import dev.dmabroker.remote.internal.wire.Unpin;
import dev.dmabroker.remote.internal.wire.Verdict;
import dev.dmabroker.remote.internal.wire.Withdraw;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A client's life with every message that the protocol has, one step after the other. A step that
 * the service refuses is a step all the same. Not thread-safe.
 */
final class Script {

  /**
   * One message.
   *
   * @param request made when its turn comes, from what the steps before were told
   * @param answered whether an answer comes before the next step
   */
  record Step(String name, Supplier<ToService.Builder> request, boolean answered) {}

  private static final String PROBE_ANSWER = "probe answer";

  private final Map<String, Long> identities = new HashMap<>();
  private final List<Step> steps = new ArrayList<>();
  private ByteString token = ByteString.copyFrom(new byte[16]);
  private Mapped counted = Mapped.getDefaultInstance();
  private long waiting;
  private long probe;

  /** The life of a client of this name. */
  Script(String name) {
    step("hello", () -> Puppet.hello(name, true));
    devicesAndBuffers();
    mappings();
    moves();
    streams();
    sharing();
    watching();
    ends();
  }

  List<Step> steps() {
    return steps;
  }

  private void step(String name, Supplier<ToService.Builder> request) {
    steps.add(new Step(name, request, true));
  }

  private void unanswered(String name, Supplier<ToService.Builder> request) {
    steps.add(new Step(name, request, false));
  }

  private static ToService.Builder to() {
    return ToService.newBuilder();
  }

  private long id(String name) {
    return identities.getOrDefault(name, 0L);
  }

  /** Sends a step's message, and returns its number. */
  long send(Puppet puppet, Step step) throws IOException {
    if (step.name().equals(PROBE_ANSWER)) {
      probe = puppet.probe(waiting);
    }
    long number = puppet.send(step.request().get());
    if (!step.answered()) {
      waiting = number;
    }
    return number;
  }

  /** Notes what a step was answered. */
  void note(Step step, ToClient answer) {
    switch (answer.getBodyCase()) {
      case DEVICE_REGISTERED -> put(step, answer.getDeviceRegistered().getDevice());
      case EXPORTED -> put(step, answer.getExported().getBuffers(0).getBuffer());
      case ATTACHED -> put(step, answer.getAttached().getAttachment());
      case MAPPED -> {
        put(step, answer.getMapped().getMapping());
        identities.put("memory", answer.getMapped().getMemory().getMemory());
        if (answer.getMapped().getHasWord()) {
          counted = answer.getMapped();
        }
      }
      case PINNED -> put(step, answer.getPinned().getPin());
      case STREAM_MADE -> put(step, answer.getStreamMade().getStream());
      case ACQUIRED -> put(step, answer.getAcquired().getFrame());
      case CONSUMING -> put(step, answer.getConsuming().getConsumer());
      case SHADOW_MADE -> put(step, answer.getShadowMade().getShadow());
      case LISTENING -> put(step, answer.getListening().getSubscription());
      case TOKEN_MADE -> token = answer.getTokenMade().getToken();
      default -> {}
    }
  }

  private void put(Step step, long identity) {
    identities.put(step.name(), identity);
  }

  static RegisterDevice.Builder device(String name, boolean contiguous) {
    var needs = dev.dmabroker.spec.Constraints.builder().cpuOnly();
    if (contiguous) {
      needs.contiguous();
    }
    return RegisterDevice.newBuilder()
        .setName(name)
        .addAlternatives(Values.write(needs.build()))
        .setAccess(Access.READ_WRITE);
  }

  static BufferSpec blob(long bytes) {
    return BufferSpec.newBuilder().setBlob(Blob.newBuilder().setSizeBytes(bytes)).build();
  }

  private void devicesAndBuffers() {
    step("camera", () -> to().setRegisterDevice(device("camera", false)));
    step("display", () -> to().setRegisterDevice(device("display", true)));
    unanswered(
        "prober",
        () ->
            to().setRegisterDevice(
                    device("prober", false).setProbe(5).setProbeName("a scripted probe")));
    step(
        PROBE_ANSWER,
        () ->
            to().setProbeAnswer(
                    ProbeAnswer.newBuilder().setProbe(probe).setVerdict(Verdict.ACCEPTED)));
    step("frame", () -> to().setExport(export("frame", 1)));
    step("set", () -> to().setExport(export("set", 3)));
    step("moving", () -> to().setExport(export("moving", 1)));
    step(
        "plan",
        () -> to().setMakePlan(MakePlan.newBuilder().setSpec(blob(4096)).addDevices(id("camera"))));
    step("attach", () -> to().setAttach(attach("frame", "camera")));
  }

  static Export.Builder export(String name, int count) {
    return Export.newBuilder().setName(name).setSpec(blob(4096)).setCount(count);
  }

  private Attach.Builder attach(String buffer, String device) {
    return Attach.newBuilder().setBuffer(id(buffer)).setDevice(id(device));
  }

  private void mappings() {
    step("write", () -> to().setMap(map("attach", Access.WRITE)));
    step("read beside", () -> to().setMap(map("attach", Access.READ)));
    step("unmap the writer", () -> to().setUnmap(unmap("write")));
    step("unmap the reader", () -> to().setUnmap(unmap("read beside")));
    step("write by a word", () -> to().setMap(map("attach", Access.WRITE).setWord(true)));
    step("ring", () -> to().setRang(Rang.getDefaultInstance()));
    step(
        "unmap the word",
        () ->
            to().setUnmap(
                    Unmap.newBuilder()
                        .setCounted(
                            Unmap.Counted.newBuilder()
                                .setAttachment(counted.getAttachment())
                                .setWord(counted.getWord())
                                .setTag(counted.getTag())
                                .setAccess(Access.WRITE))));
    step(
        "map now or never", () -> to().setMap(map("attach", Access.OVERWRITE).setNowOrNever(true)));
    step("unmap that", () -> to().setUnmap(unmap("map now or never")));
    step("pin", () -> to().setPin(PinIt.newBuilder().setAttachment(id("attach"))));
    step("unpin", () -> to().setUnpin(Unpin.newBuilder().setPin(id("pin"))));
    step("forget", () -> to().setForget(Forget.newBuilder().setMemory(id("memory"))));
    unanswered("acknowledge", () -> to().setAcknowledged(Acknowledged.newBuilder().setPackets(0)));
  }

  private dev.dmabroker.remote.internal.wire.Map.Builder map(String attachment, Access access) {
    return dev.dmabroker.remote.internal.wire.Map.newBuilder()
        .setAttachment(id(attachment))
        .setAccess(access);
  }

  private Unmap.Builder unmap(String mapping) {
    return Unmap.newBuilder().setMapping(id(mapping));
  }

  private void moves() {
    step("prepare", () -> to().setPrepare(Prepare.newBuilder().setBuffer(id("frame"))));
    step(
        "evacuate",
        () ->
            to().setEvacuate(
                    Evacuate.newBuilder().setBuffer(id("frame")).setTimeoutNanos(300_000_000)));
    step("attach the moving", () -> to().setAttach(attach("moving", "camera")));
    step("write to it", () -> to().setMap(map("attach the moving", Access.WRITE)));
    step("attach the display", () -> to().setAttach(attach("moving", "display")));
    unanswered("map that waits", () -> to().setMap(map("attach the display", Access.READ)));
    step("call off", () -> to().setCallOff(CallOff.newBuilder().setRequest(waiting)));
    step("unmap what it waits for", () -> to().setUnmap(unmap("write to it")));
    step("map that moves", () -> to().setMap(map("attach the display", Access.READ_WRITE)));
    step("unmap what moved", () -> to().setUnmap(unmap("map that moves")));
    step("shadow", () -> to().setMakeShadow(MakeShadow.newBuilder().setOriginal(id("frame"))));
    step("copy", () -> to().setCopyShadow(CopyShadow.newBuilder().setShadow(id("shadow"))));
    step(
        "close the shadow",
        () -> to().setCloseShadow(CloseShadow.newBuilder().setShadow(id("shadow"))));
  }

  private void streams() {
    step(
        "stream",
        () ->
            to().setMakeStream(
                    MakeStream.newBuilder()
                        .setName("video")
                        .setBuffer(blob(4096))
                        .setProducer(id("camera"))
                        .setMinBuffers(2)
                        .setMaxBuffers(4)
                        .setQuietTimeNanos(5_000_000_000L)
                        .setStopDeadlineNanos(1_000_000_000L)));
    step(
        "consume",
        () ->
            to().setConsume(
                    Consume.newBuilder()
                        .setStream(id("stream"))
                        .setDevice(id("display"))
                        .setPolicy(Policy.EVERY_FRAME)
                        .setCredit(1)));
    step("start", () -> to().setStartStream(StartStream.newBuilder().setStream(id("stream"))));
    step("acquire", () -> to().setAcquire(Acquire.newBuilder().setStream(id("stream"))));
    step("submit", () -> to().setSubmit(Submit.newBuilder().setFrame(id("acquire"))));
    step(
        "credit",
        () -> to().setCredit(Credit.newBuilder().setConsumer(id("consume")).setFrames(2)));
    step("acquire another", () -> to().setAcquire(Acquire.newBuilder().setStream(id("stream"))));
    step(
        "give back", () -> to().setGiveBack(GiveBack.newBuilder().setFrame(id("acquire another"))));
    step(
        "release",
        () -> to().setRelease(Release.newBuilder().setConsumer(id("consume")).setFrame(1)));
    step(
        "take",
        () -> to().setTake(Take.newBuilder().setConsumer(id("consume")).setNowOrNever(true)));
    step(
        "remove",
        () -> to().setRemoveBuffer(RemoveBuffer.newBuilder().setStream(id("stream")).setIndex(1)));
  }

  private void sharing() {
    step(
        "token",
        () ->
            to().setMakeToken(
                    MakeToken.newBuilder()
                        .setBuffer(id("frame"))
                        .setRights(Rights.newBuilder().setAccess(Access.READ).setMayShare(true))));
    step("open", () -> to().setOpen(Open.newBuilder().setToken(token)));
    step("revoke", () -> to().setRevokeToken(RevokeToken.newBuilder().setToken(token)));
    step(
        "publish",
        () -> to().setPublish(Publish.newBuilder().setStream(id("stream")).setName("front")));
    step(
        "open the published",
        () -> to().setOpenPublished(OpenPublished.newBuilder().setName("front")));
    step("withdraw", () -> to().setWithdraw(Withdraw.newBuilder().setName("front")));
  }

  private void watching() {
    step("look", () -> to().setLook(Look.newBuilder().setBuffer(id("frame"))));
    step("snapshot", () -> to().setTakeSnapshot(TakeSnapshot.getDefaultInstance()));
    step("listen", () -> to().setListen(Listen.getDefaultInstance()));
    step("unlisten", () -> to().setUnlisten(Unlisten.newBuilder().setSubscription(id("listen"))));
  }

  private void ends() {
    step("stop", () -> to().setStopStream(StopStream.newBuilder().setStream(id("stream"))));
    step(
        "close the consumer",
        () -> to().setCloseConsumer(CloseConsumer.newBuilder().setConsumer(id("consume"))));
    step(
        "close the stream",
        () -> to().setCloseStream(CloseStream.newBuilder().setStream(id("stream"))));
    step("detach", () -> to().setDetach(Detach.newBuilder().setAttachment(id("attach"))));
    step(
        "close the buffer",
        () -> to().setCloseBuffer(CloseBuffer.newBuilder().setBuffer(id("frame"))));
    step(
        "close the device",
        () -> to().setCloseDevice(CloseDevice.newBuilder().setDevice(id("camera"))));
    step("goodbye", () -> to().setGoodbye(Goodbye.getDefaultInstance()));
  }

  /** The messages that no step sends. */
  List<BodyCase> missing() {
    List<BodyCase> missing = new ArrayList<>(List.of(BodyCase.values()));
    missing.remove(BodyCase.BODY_NOT_SET);
    steps.forEach(step -> missing.remove(step.request().get().getBodyCase()));
    return missing;
  }
}
