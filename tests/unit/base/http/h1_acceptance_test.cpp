// The acceptance list through the real server and a socket: whole, split at every byte, twice in
// one go.
#include <gtest/gtest.h>

#include "tests/unit/base/http/h1_cases.h"
#include "tests/unit/base/http/server_kit.h"

namespace vaettir::http {
namespace {

std::size_t body_of(const Answer& answer) {
  const std::size_t at = answer.body.find("body=");
  return at == answer.body.npos ? 0 : std::stoul(answer.body.substr(at + 5));
}

// Sends the pieces, each after the server has dealt with the one before; gives what came back.
std::vector<Answer> ask(ServerKit& kit, const std::vector<std::string_view>& pieces, int expected,
                        bool& ended) {
  auto wire = kit.connect();
  for (std::string_view piece : pieces) {
    wire->send(piece);
    settle(kit.loop);
  }
  std::vector<Answer> answers;
  pump(kit.loop, [&] {
    answers = answers_in(wire->received());
    return wire->ended() || static_cast<int>(answers.size()) >= expected;
  });
  settle(kit.loop);
  ended = wire->ended();
  wire->close();
  EXPECT_TRUE(kit.all_closed());
  return answers;
}

void expect_one(const H1Case& each, const std::vector<Answer>& answers, bool ended,
                std::string_view how) {
  ASSERT_EQ(answers.size(), 1u) << each.name << " " << how;
  EXPECT_EQ(answers[0].status, each.status) << each.name << " " << how << answers[0].body;
  EXPECT_EQ(ended, each.status != 200) << each.name << " " << how;
  if (each.status == 200) {
    EXPECT_EQ(body_of(answers[0]), each.body) << each.name;
  } else {
    EXPECT_NE(answers[0].head.find("Connection: close"), std::string::npos) << each.name;
    EXPECT_NE(answers[0].body.find("\"cause\""), std::string::npos) << each.name;
  }
}

TEST(H1Acceptance, Whole) {
  ServerKit kit(echo);
  for (const H1Case& each : h1_cases()) {
    bool ended = false;
    const auto answers = ask(kit, {each.bytes}, 1, ended);
    expect_one(each, answers, ended, "whole");
  }
}

TEST(H1Acceptance, SplitAtEveryByte) {
  ServerKit kit(echo);
  for (const H1Case& each : h1_cases()) {
    const std::string_view bytes = each.bytes;
    const std::size_t step = bytes.size() > 2000 ? 1499 : 1;
    for (std::size_t cut = 1; cut < bytes.size(); cut += step) {
      bool ended = false;
      const auto answers = ask(kit, {bytes.substr(0, cut), bytes.substr(cut)}, 1, ended);
      expect_one(each, answers, ended, fmt::format("split at {}", cut));
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(H1Acceptance, PipelinedTwice) {
  ServerKit kit(echo);
  for (const H1Case& each : h1_cases()) {
    bool ended = false;
    const std::string twice = each.bytes + each.bytes;
    const auto answers = ask(kit, {twice}, each.status == 200 ? 2 : 1, ended);
    if (each.status != 200) {
      // The second request must never be answered: nobody knows where it begins.
      expect_one(each, answers, ended, "twice");
      continue;
    }
    ASSERT_EQ(answers.size(), 2u) << each.name;
    for (const Answer& answer : answers) {
      EXPECT_EQ(answer.status, 200) << each.name;
      EXPECT_EQ(body_of(answer), each.body) << each.name;
    }
    EXPECT_FALSE(ended) << each.name;
  }
}

TEST(H1Acceptance, RefusedMethodsNameTheAllowedOnes) {
  ServerKit kit(echo);
  bool ended = false;
  const auto answers = ask(kit, {"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"}, 1, ended);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_NE(answers[0].head.find("Allow: GET, HEAD, POST"), std::string::npos);
}

TEST(H1Acceptance, UpgradeRequiredNamesTheVersion) {
  ServerKit kit(echo);
  bool ended = false;
  const auto answers = ask(kit,
                           {"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: "
                            "websocket\r\nSec-WebSocket-Version: 8\r\n\r\n"},
                           1, ended);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].status, 426);
  EXPECT_NE(answers[0].head.find("Sec-WebSocket-Version: 13\r\n"), std::string::npos);
  EXPECT_NE(answers[0].head.find("Upgrade: websocket\r\n"), std::string::npos);
  EXPECT_NE(answers[0].head.find("Connection: close, upgrade\r\n"), std::string::npos);
}

TEST(H1Acceptance, DateIsAnImfFixdate) {
  ServerKit kit(echo);
  bool ended = false;
  const auto answers = ask(kit, {"GET / HTTP/1.1\r\nHost: a\r\n\r\n"}, 1, ended);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_NE(answers[0].head.find("Date: Wed, 25 Nov 2026 03:11:38 GMT\r\n"), std::string::npos);
}

}  // namespace
}  // namespace vaettir::http
