#include "base/http/h1_server.h"

#include <gtest/gtest.h>

#include "base/async/sleep.h"
#include "tests/unit/base/http/server_kit.h"

namespace vaettir::http {
namespace {

using namespace std::chrono_literals;

// Gives its pieces one by one, waiting a moment before each; length unknown.
class Pieces final : public Body {
 public:
  Pieces(Loop& loop, std::vector<std::string> pieces, Duration pause = 0ms)
      : loop_(loop), pieces_(std::move(pieces)), pause_(pause) {}
  Task<Result<Chunk>> read() override {
    if (pause_ > 0ms) co_await sleep(loop_, pause_);
    if (fails_at && next_ == *fails_at) co_return fail(Cause::kUpstreamReset, "gone");
    if (next_ == pieces_.size()) co_return Chunk{{}, true};
    co_return Chunk{pieces_[next_++], false};
  }
  const Headers* trailers() const override {
    return with_trailers.empty() ? nullptr : &with_trailers;
  }
  Headers with_trailers;
  std::optional<std::size_t> fails_at;

 private:
  Loop& loop_;
  std::vector<std::string> pieces_;
  std::size_t next_ = 0;
  Duration pause_;
};

TEST(H1Server, KeepsAConnectionForManyRequests) {
  ServerKit kit(echo);
  auto wire = kit.connect();
  for (int i = 0; i < 5; i++) {
    const Answer answer =
        ask(kit, *wire, request("POST /x HTTP/1.1", "Content-Length: 3\r\n", "abc"));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "POST /x host=a.test body=3");
    EXPECT_FALSE(has(answer.head, "Connection:"));
  }
  EXPECT_EQ(kit.server.requests(), 5u);
  EXPECT_EQ(kit.server.connections(), 1u);
  wire->close();
  EXPECT_TRUE(kit.all_closed());
  EXPECT_EQ(kit.server.connections(), 0u);
}

TEST(H1Server, OldVersionsAndCloseEndTheConnection) {
  ServerKit kit(echo);
  auto wire = kit.connect();
  EXPECT_TRUE(has(ask(kit, *wire, "GET / HTTP/1.0\r\n\r\n").head, "Connection: close\r\n"));
  EXPECT_TRUE(wire->ended());
  wire = kit.connect();
  EXPECT_TRUE(has(ask(kit, *wire, request("GET / HTTP/1.1", "Connection: close\r\n")).head,
                  "Connection: close\r\n"));
  EXPECT_TRUE(wire->ended());
  wire = kit.connect();
  EXPECT_TRUE(has(ask(kit, *wire, request("GET / HTTP/1.0", "Connection: keep-alive\r\n")).head,
                  "Connection: keep-alive\r\n"));
  EXPECT_FALSE(wire->ended());
}

TEST(H1Server, ClosesAfterTheLastRequestAConnectionMayHave) {
  H1Server::Options options;
  options.limits.requests_per_connection = 2;
  ServerKit kit(echo, options);
  auto wire = kit.connect();
  EXPECT_FALSE(has(ask(kit, *wire, kGet).head, "Connection: close"));
  EXPECT_TRUE(has(ask(kit, *wire, kGet).head, "Connection: close"));
  EXPECT_TRUE(wire->ended());
}

TEST(H1Server, PipelinedRequestsAreAnsweredInOrder) {
  ServerKit kit(echo);
  auto wire = kit.connect();
  wire->send(request("GET /1 HTTP/1.1") +
             request("POST /2 HTTP/1.1", "Transfer-Encoding: chunked\r\n", "2\r\nab\r\n0\r\n\r\n") +
             request("POST /3 HTTP/1.1", "Content-Length: 4\r\n", "wxyz") + "\r\n" +
             request("GET /4 HTTP/1.1"));
  std::vector<Answer> answers;
  wire->receive_until(
      [&](const std::string& all) { return (answers = answers_in(all)).size() == 4; });
  EXPECT_EQ(answers[0].body, "GET /1 host=a.test body=0");
  EXPECT_EQ(answers[1].body, "POST /2 host=a.test body=2");
  EXPECT_EQ(answers[2].body, "POST /3 host=a.test body=4");
  EXPECT_EQ(answers[3].body, "GET /4 host=a.test body=0");
}

Task<void> answer_by_target(Exchange& ex) {
  const int status = std::stoi(std::string(ex.request.path.substr(1)));
  ex.answer(static_cast<std::uint16_t>(status), "text/plain", "hello");
  co_return;
}

TEST(H1Server, AnswersWithoutContentHaveNone) {
  ServerKit kit(answer_by_target);
  auto wire = kit.connect();
  for (const char* path : {"/204", "/304"}) {
    const Answer answer = ask(kit, *wire, request(fmt::format("GET {} HTTP/1.1", path)));
    EXPECT_FALSE(has(answer.head, "Content-Length")) << answer.head;
    EXPECT_FALSE(has(answer.head, "Transfer-Encoding")) << answer.head;
  }
  EXPECT_TRUE(has(ask(kit, *wire, request("GET /205 HTTP/1.1")).head, "Content-Length: 0\r\n"));
  const Answer head = ask(kit, *wire, request("HEAD /200 HTTP/1.1"), true);
  EXPECT_TRUE(has(head.head, "Content-Length: 5\r\n"));
  // Had anything followed one of these heads, this answer would not be where it is.
  EXPECT_EQ(ask(kit, *wire, request("GET /200 HTTP/1.1")).body, "hello");
}

TEST(H1Server, AServiceThatAnswersNothingOrThrowsIsAnInternalError) {
  ServerKit silent([](Exchange&) -> Task<void> { return {}; });
  auto wire = silent.connect();
  EXPECT_EQ(ask(silent, *wire, kGet).status, 500);
  ServerKit thrower([](Exchange&) -> Task<void> {
    throw std::runtime_error("boom");
    co_return;
  });
  wire = thrower.connect();
  const Answer answer = ask(thrower, *wire, kGet);
  EXPECT_EQ(answer.status, 500);
  EXPECT_FALSE(has(answer.body, "boom"));
  EXPECT_FALSE(wire->ended());
}

Task<void> long_answer(Exchange& ex) {
  std::string text(3 * 1024 * 1024, 'x');
  for (std::size_t i = 0; i < text.size(); i += 1000) text[i] = static_cast<char>('a' + i % 26);
  ex.answer(200, "text/plain", std::move(text));
  co_return;
}

TEST(H1Server, LongAnswersArriveWhole) {
  ServerKit kit(long_answer);
  auto wire = kit.connect();
  const Answer answer = ask(kit, *wire, kGet);
  ASSERT_EQ(answer.body.size(), 3u * 1024 * 1024);
  EXPECT_EQ(answer.body[26'000], 'a');
  EXPECT_FALSE(wire->ended());
}

Task<void> pieces(Exchange& ex) {
  auto body = std::make_unique<Pieces>(
      ex.loop(), std::vector<std::string>{"one", std::string(40'000, '2'), "three"},
      ex.request.has_query ? 2ms : 0ms);
  if (ex.request.path == "/trailers") body->with_trailers.add("X-Sum", "42");
  if (ex.request.path == "/fails-first") body->fails_at = 0;
  if (ex.request.path == "/fails") body->fails_at = 2;
  ex.reply.status = 200;
  ex.reply.body = std::move(body);
  (void)co_await ex.send();
}

TEST(H1Server, UnknownLengthIsChunkedOrEndsWithTheConnection) {
  ServerKit kit(pieces);
  const std::string whole = "one" + std::string(40'000, '2') + "three";
  auto wire = kit.connect();
  for (const char* target : {"/", "/?slow", "/"}) {
    const Answer answer = ask(kit, *wire, request(fmt::format("GET {} HTTP/1.1", target)));
    EXPECT_EQ(answer.body, whole);
    EXPECT_TRUE(has(answer.head, "Transfer-Encoding: chunked\r\n"));
  }
  const Answer old = ask(kit, *wire, request("GET / HTTP/1.0", "Connection: keep-alive\r\n"));
  EXPECT_FALSE(has(old.head, "Transfer-Encoding"));
  EXPECT_TRUE(has(old.head, "Connection: close\r\n"));
  wire = kit.connect();
  wire->send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(wire->receive_all().ends_with("\r\n\r\n" + whole));
}

TEST(H1Server, TrailersFollowTheLastChunk) {
  ServerKit kit(pieces);
  auto wire = kit.connect();
  wire->send(request("GET /trailers HTTP/1.1"));
  EXPECT_TRUE(has(wire->receive_text("X-Sum"), "three\r\n0\r\nX-Sum: 42\r\n\r\n"));
}

TEST(H1Server, AnAnswerThatFailsBeforeItsFirstByteBecomesThePageThatSaysSo) {
  ServerKit kit(pieces);
  auto wire = kit.connect();
  const Answer answer = ask(kit, *wire, request("GET /fails-first HTTP/1.1"));
  EXPECT_EQ(answer.status, 502);
  EXPECT_TRUE(has(answer.body, "upstream_reset"));
  EXPECT_FALSE(wire->ended());
}

TEST(H1Server, AnAnswerThatFailsLaterIsVisiblyCut) {
  ServerKit kit(pieces);
  auto wire = kit.connect();
  wire->send(request("GET /fails HTTP/1.1"));
  const std::string all = wire->receive_all();
  EXPECT_TRUE(has(all, "2222"));
  EXPECT_FALSE(has(all, "0\r\n\r\n"));
}

Task<void> unsound_fields(Exchange& ex) {
  ex.answer(200, "text/plain", "x");
  ex.reply.headers.add("X-Evil", "a\r\nSet-Cookie: b");
  ex.reply.headers.add("Content-Length", "99");
  co_return;
}

TEST(H1Server, FieldsOfAServiceCannotSplitTheAnswer) {
  ServerKit kit(unsound_fields);
  auto wire = kit.connect();
  const Answer answer = ask(kit, *wire, kGet);
  EXPECT_FALSE(has(answer.head, "Set-Cookie"));
  EXPECT_EQ(answer.body, "x");
}

// --- what reaches the root service

TEST(H1Server, RefusedRequestsReachTheRootWithWhatWasUnderstood) {
  std::string seen;
  ServerKit kit([&seen](Exchange& ex) -> Task<void> {
    seen = fmt::format("{} {} {} {} {}", ex.request.method, ex.request.target, ex.request.host,
                       ex.answered(), ex.detail());
    return {};
  });
  auto wire = kit.connect();
  EXPECT_EQ(ask(kit, *wire, "GET /x HTTP/1.1\r\nHost: A.test\r\nHost: a.test\r\n\r\n").status, 400);
  EXPECT_EQ(seen, "GET /x  true Host twice");
}

struct Renderer final : ErrorRenderer {
  void render(Exchange& ex) override {
    ex.reply.headers.add("X-Rendered", facts(*ex.cause()).name);
    ex.reply.body = std::make_unique<TextBody>("own page");
  }
};

TEST(H1Server, RefusalsAreRenderedByTheHook) {
  Renderer renderer;
  H1Server::Options options;
  options.renderer = &renderer;
  ServerKit kit(
      [](Exchange& ex) -> Task<void> {
        ex.refuse(Cause::kNoRoute);
        return {};
      },
      options);
  auto wire = kit.connect();
  const Answer answer = ask(kit, *wire, kGet);
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body, "own page");
  EXPECT_TRUE(has(answer.head, "X-Rendered: no_route\r\n"));
}

Task<void> hints(Exchange& ex) {
  Headers early;
  early.add("Link", "</a.css>");
  (void)co_await ex.send_interim(103, early);
  ex.answer(200, "text/plain", "x");
  (void)co_await ex.send();
}

TEST(H1Server, InterimAnswersGoToThoseWhoKnowThem) {
  ServerKit kit(hints);
  auto wire = kit.connect();
  wire->send(kGet);
  EXPECT_TRUE(wire->receive_text("\r\n\r\nx")
                  .starts_with("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200"));
  wire->send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(wire->receive_all().starts_with("HTTP/1.1 200"));
}

class EchoTunnel final : public Tunnel {
 public:
  Task<Result<>> run(net::Stream& client, std::string_view already_read) override {
    CO_TRY_OK(co_await client.write(already_read, kNever));
    for (;;) {
      CO_TRY(const std::size_t count, co_await client.read(client.loop().scratch(), kNever));
      if (count == 0) break;
      CO_TRY_OK(co_await client.write(client.loop().scratch().first(count), kNever));
    }
    client.shutdown_write();
    co_return Result<>();
  }
};

TEST(H1Server, ATunnelTakesTheConnection) {
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  struct Serving {
    static Task<void> serve(Exchange& ex, std::uint64_t& received, std::uint64_t& sent) {
      EXPECT_TRUE(ex.request.wants_upgrade);
      ex.reply.status = 101;
      ex.reply.headers.add(Name::kUpgrade, "echo");
      ex.reply.tunnel = std::make_unique<EchoTunnel>();
      EXPECT_TRUE(co_await ex.send());
      received = ex.bytes_received;
      sent = ex.bytes_sent;
    }
  };
  ServerKit kit([&](Exchange& ex) { return Serving::serve(ex, received, sent); });
  auto wire = kit.connect();
  wire->send(request("GET / HTTP/1.1", "Connection: Upgrade\r\nUpgrade: echo\r\n", "early"));
  const std::string start = wire->receive_text("early");
  EXPECT_TRUE(start.starts_with("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\n"));
  EXPECT_TRUE(has(start, "Connection: upgrade\r\n"));
  EXPECT_FALSE(has(start, "Content-Length"));
  wire->send("more");
  EXPECT_EQ(wire->receive_text("more"), "more");
  wire->shutdown_write();
  EXPECT_EQ(wire->receive_all(), "");
  EXPECT_TRUE(kit.all_closed());
  EXPECT_EQ(received, 9u);
  EXPECT_EQ(sent, 9u);
}

}  // namespace
}  // namespace vaettir::http
