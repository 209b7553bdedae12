// What the server does when its clients do nothing, too little, or go away.
#include <gtest/gtest.h>

#include "base/async/event.h"
#include "base/async/sleep.h"
#include "tests/unit/base/http/server_kit.h"

namespace vaettir::http {
namespace {

using namespace std::chrono_literals;

// What a gateway's record would say: also when the service is cancelled.
struct Seen {
  std::optional<Cause> cause;
  bool ended = false;
};
struct Record {
  Record(Exchange& of, Seen& into) : ex(of), seen(into) {}
  ~Record() {
    seen.cause = ex.cause();
    seen.ended = true;
  }
  Exchange& ex;
  Seen& seen;
};

Task<void> wait_then_answer(Exchange& ex, Duration pause, Seen& seen) {
  Record record(ex, seen);
  co_await sleep(ex.loop(), pause);
  ex.answer(200, "text/plain", "late");
  (void)co_await ex.send();
}

Task<void> read_and_answer(Exchange& ex, Seen& seen) {
  Record record(ex, seen);
  co_await echo(ex);
}

H1Server::Options options_with(std::function<void(Limits&)> change) {
  H1Server::Options options;
  change(options.limits);
  return options;
}

TEST(H1ServerTime, AHeadThatDoesNotComeInTimeIs408) {
  ServerKit kit(echo, options_with([](Limits& limits) { limits.head_timeout = 40ms; }));
  auto wire = kit.connect();
  wire->send("GET / HTTP/1.1\r\nHo");
  const auto answers = answers_in(wire->receive_all());
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].status, 408);
}

TEST(H1ServerTime, IdleConnectionsEndSilently) {
  ServerKit kit(echo, options_with([](Limits& limits) {
                  limits.keep_alive_idle = 40ms;
                  limits.head_timeout = 40ms;
                }));
  auto wire = kit.connect();
  EXPECT_EQ(wire->receive_all(), "");
  wire = kit.connect();
  wire->send("\r\n");  // an old client's stray line is no request
  EXPECT_EQ(wire->receive_all(), "");
}

TEST(H1ServerTime, ContentThatStopsComingIsClientTimeout) {
  Seen seen;
  ServerKit kit([&](Exchange& ex) { return read_and_answer(ex, seen); },
                options_with([](Limits& limits) { limits.body_idle = 40ms; }));
  auto wire = kit.connect();
  wire->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(answers_in(wire->receive_all()).at(0).status, 408);
  EXPECT_EQ(seen.cause, Cause::kClientTimeout);
}

TEST(H1ServerTime, ContentBelowTheMinimumRateIsClientSlow) {
  Seen seen;
  ServerKit kit([&](Exchange& ex) { return read_and_answer(ex, seen); },
                options_with([](Limits& limits) { limits.minimum_rate = {1'000'000, 60ms}; }));
  auto wire = kit.connect();
  wire->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
  for (int i = 0; i < 100 && !seen.ended; i++) {
    wire->send("a");
    kit.loop.turn(5ms);
  }
  EXPECT_EQ(answers_in(wire->receive_all()).at(0).status, 408);
  EXPECT_EQ(seen.cause, Cause::kClientSlow);
}

TEST(H1ServerTime, AnAnswerNobodyTakesEndsTheConnection) {
  Seen seen;
  struct Serving {
    static Task<void> serve(Exchange& ex, Seen& seen) {
      Record record(ex, seen);
      ex.answer(200, "text/plain", std::string(8 * 1024 * 1024, 'x'));
      (void)co_await ex.send();
    }
  };
  ServerKit kit([&](Exchange& ex) { return Serving::serve(ex, seen); },
                options_with([](Limits& limits) {
                  limits.body_idle = 50ms;
                  limits.minimum_rate.bytes_per_second = 0;
                }));
  auto wire = kit.connect();
  wire->send(kGet);
  EXPECT_TRUE(pump(kit.loop, [&] { return seen.ended; }));
  EXPECT_TRUE(seen.cause == Cause::kClientTimeout || seen.cause == Cause::kClientSlow);
  EXPECT_TRUE(kit.all_closed());
}

TEST(H1ServerTime, AClientThatIsGoneCancelsTheService) {
  Seen seen;
  ServerKit kit([&](Exchange& ex) { return wait_then_answer(ex, 1h, seen); });
  auto wire = kit.connect();
  wire->send(kGet);
  settle(kit.loop);
  EXPECT_FALSE(seen.ended);
  wire->close();
  EXPECT_TRUE(pump(kit.loop, [&] { return seen.ended; }));
  EXPECT_EQ(seen.cause, Cause::kClientAbort);
  EXPECT_TRUE(kit.all_closed());
}

TEST(H1ServerTime, AClientThatOnlyStoppedSendingGetsItsAnswer) {
  Seen seen;
  ServerKit kit([&](Exchange& ex) { return wait_then_answer(ex, 60ms, seen); });
  auto wire = kit.connect();
  wire->send(kGet);
  wire->shutdown_write();
  EXPECT_TRUE(wire->receive_all().ends_with("late"));
  EXPECT_FALSE(seen.cause);
  EXPECT_TRUE(kit.all_closed());
}

TEST(H1ServerTime, AfterTheGraceAHalfClosedClientCountsAsGone) {
  Seen seen;
  ServerKit kit([&](Exchange& ex) { return wait_then_answer(ex, 1h, seen); },
                options_with([](Limits& limits) { limits.half_close_grace = 40ms; }));
  auto wire = kit.connect();
  wire->send(kGet);
  wire->shutdown_write();
  EXPECT_TRUE(pump(kit.loop, [&] { return seen.ended; }));
  EXPECT_EQ(seen.cause, Cause::kClientAbort);
  EXPECT_TRUE(kit.all_closed());
}

TEST(H1ServerTime, AClientThatLeavesWithinItsContentIsClientAbort) {
  Seen seen;
  ServerKit kit([&](Exchange& ex) { return read_and_answer(ex, seen); });
  auto wire = kit.connect();
  wire->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  settle(kit.loop);
  wire->close();
  EXPECT_TRUE(kit.all_closed());
  EXPECT_EQ(seen.cause, Cause::kClientAbort);
}

TEST(H1ServerTime, AHeadThatIsCutOffIs400) {
  ServerKit kit(echo);
  auto wire = kit.connect();
  wire->send("GET / HTTP/1.1\r\nHost: a\r\n");
  wire->shutdown_write();
  EXPECT_EQ(answers_in(wire->receive_all()).at(0).status, 400);
}

TEST(H1ServerTime, DrainingEndsIdleConnectionsAndFinishesRunningRequests) {
  Seen seen;
  ServerKit kit([&](Exchange& ex) { return wait_then_answer(ex, 60ms, seen); });
  auto fresh = kit.connect();
  auto busy = kit.connect();
  busy->send(kGet);
  auto idle = kit.connect();
  idle->send(kGet);
  EXPECT_EQ(answers_in(idle->receive_text("late")).at(0).status, 200);
  busy->receive_text("late");
  busy->send(kGet);
  settle(kit.loop);
  kit.server.drain();
  EXPECT_EQ(fresh->receive_all(), "");
  EXPECT_EQ(idle->receive_all(), "");
  const std::string last = busy->receive_all();
  EXPECT_NE(last.find("Connection: close"), last.npos);
  EXPECT_TRUE(last.ends_with("late"));
  EXPECT_TRUE(kit.all_closed());
  EXPECT_EQ(kit.server.connections(), 0u);
}

TEST(H1ServerTime, DestroyingTheTaskEndsAConnectionAtAnyPoint) {
  Seen seen;
  ServerKit kit([&](Exchange& ex) { return wait_then_answer(ex, 1h, seen); });
  auto idle = kit.connect();
  auto in_head = kit.connect();
  in_head->send("GET / HT");
  auto serving = kit.connect();
  serving->send(kGet);
  settle(kit.loop);
  kit.connections.clear();
  EXPECT_TRUE(seen.ended);
  EXPECT_TRUE(idle->ended() && in_head->ended() && serving->ended());
}

}  // namespace
}  // namespace vaettir::http
