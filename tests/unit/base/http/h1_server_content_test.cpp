// The content of requests: read, waited for, left unread.
#include <gtest/gtest.h>

#include "tests/unit/base/http/server_kit.h"

namespace vaettir::http {
namespace {

Task<void> ignore_body(Exchange& ex) {
  ex.answer(200, "text/plain", "ignored");
  co_return;
}

TEST(H1Server, UnreadContentIsDrainedOrEndsTheConnection) {
  ServerKit kit(ignore_body);
  auto wire = kit.connect();
  const std::string small(1000, 'b');
  EXPECT_EQ(ask(kit, *wire, request("POST / HTTP/1.1", "Content-Length: 1000\r\n", small)).status,
            200);
  EXPECT_EQ(
      ask(kit, *wire,
          request("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"))
          .status,
      200);
  EXPECT_EQ(ask(kit, *wire, kGet).status, 200);
  const std::string big(300'000, 'b');
  const Answer answer =
      ask(kit, *wire, request("POST / HTTP/1.1", "Content-Length: 300000\r\n", big));
  EXPECT_EQ(answer.status, 200) << "the answer must arrive, though the content is not read";
  EXPECT_TRUE(has(answer.head, "Connection: close"));
  EXPECT_TRUE(pump(kit.loop, [&] { return wire->ended(); }));
}

TEST(H1Server, ContinueIsSentWhenTheServiceReads) {
  ServerKit kit(echo);
  auto wire = kit.connect();
  wire->send(request("POST / HTTP/1.1", "Content-Length: 3\r\nExpect: 100-Continue\r\n"));
  EXPECT_EQ(wire->receive_text("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(ask(kit, *wire, "abc").body, "POST / host=a.test body=3");
  EXPECT_FALSE(wire->ended());
}

TEST(H1Server, WithoutContinueTheConnectionCannotGoOn) {
  ServerKit kit(ignore_body);
  auto wire = kit.connect();
  const Answer answer =
      ask(kit, *wire, request("POST / HTTP/1.1", "Content-Length: 3\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(has(answer.head, "Connection: close"));
  EXPECT_TRUE(wire->ended());
}

TEST(H1Server, LongContentIsReadInPieces) {
  ServerKit kit(echo);
  auto wire = kit.connect();
  const std::string body(1'000'000, 'b');
  EXPECT_EQ(ask(kit, *wire, request("PUT / HTTP/1.1", "Content-Length: 1000000\r\n", body)).body,
            "PUT / host=a.test body=1000000");
  std::string chunks;
  for (int i = 0; i < 1000; i++) chunks += "3e8\r\n" + std::string(1000, 'c') + "\r\n";
  EXPECT_EQ(ask(kit, *wire,
                request("PUT / HTTP/1.1", "Transfer-Encoding: chunked\r\n", chunks + "0\r\n\r\n"))
                .body,
            "PUT / host=a.test body=1000000");
}

TEST(H1Server, ContentAboveTheServicesLimitIs413) {
  ServerKit kit(echo);
  auto wire = kit.connect();
  wire->send(request("PUT / HTTP/1.1", "Content-Length: 2000000\r\n"));
  const auto answers = answers_in(wire->receive_all());
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].status, 413);
}

}  // namespace
}  // namespace vaettir::http
