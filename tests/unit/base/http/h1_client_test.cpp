#include "base/http/h1_client.h"

#include <gtest/gtest.h>

#include "base/async/event.h"
#include "tests/unit/base/http/upstream_kit.h"

namespace vaettir::http {
namespace {

using namespace std::chrono_literals;

// Gives its pieces as the test hands them out.
class Handed final : public Body {
 public:
  explicit Handed(Loop& loop) : event_(loop) {}
  void hand(std::string piece, bool last = false) {
    pieces_.push_back({std::move(piece), last});
    event_.set();
  }
  void fail_with(Cause cause) {
    failure_ = cause;
    event_.set();
  }
  Task<Result<Chunk>> read() override {
    while (pieces_.empty() && !failure_) {
      event_.reset();
      co_await event_.wait();
    }
    if (failure_) co_return fail(*failure_);
    now_ = std::move(pieces_.front());
    pieces_.pop_front();
    co_return Chunk{now_.first, now_.second};
  }
  std::optional<std::uint64_t> length() const override { return known; }
  const Headers* trailers() const override { return sums.empty() ? nullptr : &sums; }
  std::optional<std::uint64_t> known;
  Headers sums;

 private:
  Event event_;
  std::deque<std::pair<std::string, bool>> pieces_;
  std::pair<std::string, bool> now_;
  std::optional<Cause> failure_;
};

TEST(H1Client, AConnectionServesOneExchangeAfterTheOther) {
  Upstream up;
  for (int i = 0; i < 3; i++) {
    up.begin();
    EXPECT_EQ(up.wire.receive_text("\r\n\r\n"), "GET /x?y HTTP/1.1\r\nHost: origin.test\r\n\r\n");
    up.wire.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello");
    EXPECT_EQ(up.content(), "hello");
    EXPECT_EQ(up.outcome.status, 200);
    EXPECT_EQ(up.outcome.fields, "Content-Length: 5\nX-A: b\n");
    EXPECT_TRUE(up.connection->reusable());
  }
  EXPECT_EQ(up.connection->exchanges(), 3u);
}

TEST(H1Client, AnAnswerMayComeInAnyPieces) {
  const std::string answer =
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"
      "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;e=f\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n";
  for (std::size_t cut = 0; cut < answer.size(); cut++) {
    Upstream up;
    up.begin();
    up.wire.send(answer.substr(0, cut));
    settle(up.loop);
    up.wire.send(answer.substr(cut));
    ASSERT_EQ(up.content(), "hello world") << cut;
    EXPECT_EQ(up.outcome.trailers, "X-Sum");
    EXPECT_EQ(up.outcome.interims, std::vector<int>{103});
    EXPECT_TRUE(up.connection->reusable());
  }
}

TEST(H1Client, ContentUntilTheEndOfTheConnection) {
  Upstream up;
  up.begin();
  up.wire.receive_text("\r\n\r\n");
  up.wire.send("HTTP/1.0 200 OK\r\n\r\nall of it");
  settle(up.loop);
  up.wire.close();
  EXPECT_EQ(up.content(), "all of it");
  EXPECT_FALSE(up.connection->reusable());
}

TEST(H1Client, AnswersWithoutContent) {
  for (const char* answer : {"HTTP/1.1 204 No Content\r\n\r\n",
                             "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"}) {
    Upstream up;
    up.begin();
    up.wire.send(answer);
    EXPECT_EQ(up.content(), "");
    EXPECT_TRUE(up.connection->reusable());
  }
  Upstream up;
  up.begin("HEAD");
  up.wire.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
  EXPECT_EQ(up.content(), "");
  EXPECT_EQ(up.connection->body().length(), 9u);
  EXPECT_TRUE(up.connection->reusable());
}

TEST(H1Client, WhatMakesAConnectionUnusable) {
  for (const char* answer :
       {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 unasked\r\n\r\n"}) {
    Upstream up;
    up.begin();
    up.wire.send(answer);
    EXPECT_EQ(up.content(), "hi");
    EXPECT_FALSE(up.connection->reusable()) << answer;
  }
}

TEST(H1Client, APooledConnectionThatWasClosedOrSpokeUnaskedIsNotReusable) {
  for (const char* unasked : {"", "HTTP/1.1 408 Request Timeout\r\n\r\n"}) {
    Upstream up;
    up.begin();
    up.wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    EXPECT_EQ(up.content(), "hi");
    EXPECT_TRUE(up.connection->reusable());
    up.connection->rest();
    if (*unasked != '\0') {
      up.wire.send(unasked);
    } else {
      up.wire.close();
    }
    settle(up.loop);
    EXPECT_FALSE(up.connection->reusable());
  }
}

TEST(H1Client, BadAnswersSayWhatIsWrong) {
  const auto error = [](std::string_view answer) {
    Upstream up;
    up.begin();
    up.wire.send(answer);
    const std::string text = up.error();
    EXPECT_FALSE(up.connection->reusable());
    return text;
  };
  EXPECT_EQ(error("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"),
            "upstream_bad_response: Content-Length and Transfer-Encoding together");
  EXPECT_EQ(error("SSH-2.0-OpenSSH_9.2\r\n"),
            "upstream_bad_response: not a status line of HTTP/1.x");
  EXPECT_EQ(error("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5x\r\n"),
            "upstream_bad_response: chunk size is not a hexadecimal number");
  EXPECT_EQ(error("HTTP/1.1 101 Switching Protocols\r\n\r\n"),
            "upstream_bad_response: 101 without having been asked to upgrade");
  std::string flood;
  for (int i = 0; i < 50; i++) flood += "HTTP/1.1 102 Processing\r\n\r\n";
  EXPECT_EQ(error(flood), "upstream_bad_response: too many interim responses");
}

TEST(H1Client, ClosedBeforeOrWithinTheAnswer) {
  Upstream up;
  up.begin();
  up.wire.receive_text("\r\n\r\n");
  up.wire.close();
  EXPECT_EQ(up.error(), "upstream_reset: connection closed before a response");
  EXPECT_FALSE(up.connection->any_response_byte());
  EXPECT_GT(up.connection->bytes_written(), 0u);

  Upstream in_head;
  in_head.begin();
  in_head.wire.send("HTTP/1.1 200");
  settle(in_head.loop);
  in_head.wire.close();
  EXPECT_EQ(in_head.error().substr(0, 14), "upstream_reset");
  EXPECT_TRUE(in_head.connection->any_response_byte());

  Upstream in_body;
  in_body.begin();
  in_body.wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  settle(in_body.loop);
  in_body.wire.close();
  EXPECT_EQ(in_body.error().substr(0, 14), "upstream_reset");
}

TEST(H1Client, AnOriginThatDoesNotAnswerTimesOut) {
  Upstream up;
  up.begin("GET", nullptr, "", 40ms);
  EXPECT_EQ(up.error().substr(0, 16), "upstream_timeout");
  Limits limits;
  limits.response_idle = 40ms;
  Upstream silent(limits);
  silent.begin();
  silent.wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_EQ(silent.error().substr(0, 16), "upstream_timeout");
}

TEST(H1Client, AShortBodyLeavesWithItsHead) {
  Upstream up;
  TextBody body("name=Ada");
  up.begin("POST", &body);
  EXPECT_EQ(up.wire.received(),
            "POST /x?y HTTP/1.1\r\nHost: origin.test\r\nContent-Length: 8\r\n\r\nname=Ada");
}

TEST(H1Client, MethodsWithContentSayThatThereIsNone) {
  Upstream up;
  up.begin("POST");
  EXPECT_TRUE(up.wire.receive_text("\r\n\r\n").ends_with("Content-Length: 0\r\n\r\n"));
  Upstream get;
  EmptyBody none;
  get.begin("GET", &none);
  EXPECT_EQ(get.wire.receive_text("\r\n\r\n").find("Content-Length"), std::string::npos);
}

TEST(H1Client, TheHeadDoesNotWaitForASlowBody) {
  Upstream up;
  Handed body(up.loop);
  body.sums.add("X-Sum", "7");
  up.begin("POST", &body);
  EXPECT_TRUE(up.wire.receive_text("\r\n\r\n").ends_with("Transfer-Encoding: chunked\r\n\r\n"));
  body.hand("abc");
  EXPECT_EQ(up.wire.receive_text("abc\r\n"), "3\r\nabc\r\n");
  body.hand(std::string(20'000, 'z'));
  up.wire.receive_text(std::string(20'000, 'z'));
  body.hand("", true);
  EXPECT_EQ(up.wire.receive_text("X-Sum"), "\r\n0\r\nX-Sum: 7\r\n\r\n");
  up.wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(up.content(), "");
  EXPECT_TRUE(up.connection->reusable());
}

TEST(H1Client, AnEarlyAnswerDoesNotWaitForTheUpload) {
  Upstream up;
  Handed body(up.loop);
  up.begin("POST", &body);
  up.wire.receive_text("\r\n\r\n");
  up.wire.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
  EXPECT_EQ(up.content(), "big");
  EXPECT_EQ(up.outcome.status, 413);
  EXPECT_FALSE(up.connection->reusable()) << "the request was not sent whole";
}

TEST(H1Client, TheUploadGoesOnWhileTheAnswerComes) {
  Upstream up;
  Handed body(up.loop);
  up.begin("POST", &body);
  up.wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  body.hand("ping", true);
  EXPECT_TRUE(up.wire.receive_text("0\r\n\r\n").ends_with("4\r\nping\r\n0\r\n\r\n"));
  up.wire.send("4\r\npong\r\n0\r\n\r\n");
  EXPECT_EQ(up.content(), "pong");
  EXPECT_TRUE(up.connection->reusable());
}

TEST(H1Client, AnOriginThatRefusesALongBodyIsHeard) {
  Upstream up;
  std::string text(16 * 1024 * 1024, 'x');
  TextBody body(std::move(text));
  up.begin("POST", &body);
  settle(up.loop);
  // Does not read on, answers and closes: the writing fails, the answer counts.
  up.wire.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
  up.wire.close();
  EXPECT_EQ(up.content(), "big");
  EXPECT_EQ(up.outcome.status, 413);
  EXPECT_FALSE(up.connection->reusable());
}

TEST(H1Client, AClientThatFailsWithinItsBodyIsTheCause) {
  Upstream up;
  Handed body(up.loop);
  body.known = 100;
  up.begin("POST", &body);
  body.hand("abc");
  up.wire.receive_text("abc");
  body.fail_with(Cause::kClientAbort);
  EXPECT_EQ(up.error().substr(0, 12), "client_abort");
  EXPECT_TRUE(up.wire.ended()) << "the origin must not take the part for the whole";
}

TEST(H1Client, ContentThatDiffersFromItsLengthIsNotSent) {
  Upstream up;
  Handed body(up.loop);
  body.known = 3;
  body.hand("abcdef", true);
  up.begin("POST", &body);
  EXPECT_EQ(up.error().substr(0, 8), "internal");
  EXPECT_FALSE(up.connection->reusable());
}

TEST(H1Client, RequestsThatWouldBreakTheMessageAreNotSent) {
  Upstream up;
  up.headers.add("X-A", "b\r\nX-Injected: c");
  up.begin();
  EXPECT_EQ(up.error().substr(0, 11), "bad_request");
  EXPECT_EQ(up.wire.received(), "");
  EXPECT_EQ(up.connection->bytes_written(), 0u);
}

TEST(H1Client, LongContentArrivesWholeWithBackPressure) {
  Upstream up;
  up.begin();
  const std::string content(5 * 1024 * 1024, 'q');
  up.wire.send(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", content.size()));
  up.wire.send(content);
  EXPECT_TRUE(pump(up.loop, [&] {
    up.wire.received();  // sends on
    return up.task.done();
  }));
  EXPECT_EQ(up.content(), content);
}

}  // namespace
}  // namespace vaettir::http
