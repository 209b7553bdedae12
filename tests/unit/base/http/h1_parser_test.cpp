#include "base/http/h1_parser.h"

#include <gtest/gtest.h>

#include "base/http/h1_chunked.h"
#include "tests/unit/base/http/h1_cases.h"

namespace vaettir::http {
namespace {

struct Taken {
  Parsed parsed = Parsed::kMore;
  int status = 0;  // of the refusal
  std::string text;
  std::string reason;
};

std::string text_of(const Request& request, const RequestParser& parser) {
  std::string text = fmt::format(
      "{} {} host={} authority={} path={} query={}/{} v={} up={} frame={}/{} keep={} expect={}",
      request.method, request.target, request.host, request.authority, request.path,
      request.has_query, request.query, static_cast<int>(request.version), request.wants_upgrade,
      static_cast<int>(parser.framing().kind), parser.framing().length, parser.keep_alive(),
      parser.expects_continue());
  for (const Field& field : request.headers.fields()) {
    text += fmt::format("\n{}:{}:{}", field.name, field.value, static_cast<int>(field.id));
  }
  return text;
}

// Shows the bytes in pieces that end at `cuts`, each time at another address.
Taken take(std::string_view bytes, std::vector<std::size_t> cuts) {
  const Limits limits;
  RequestParser parser(limits);
  Request request;
  cuts.push_back(bytes.size());
  std::deque<std::string> shown;
  Taken taken;
  for (std::size_t cut : cuts) {
    shown.push_back(std::string(bytes.substr(0, cut)));
    taken.parsed = parser.parse(shown.back(), request);
    if (taken.parsed != Parsed::kMore) break;
  }
  if (taken.parsed == Parsed::kDone) {
    const std::string moved = shown.back().substr(0, parser.length());
    parser.move_to(moved.data(), request);
    shown.clear();
    taken.text = text_of(request, parser) + fmt::format("\nlength={}", parser.length());
  } else if (taken.parsed == Parsed::kRefused) {
    const Refusal& refusal = parser.refusal();
    taken.status = refusal.status != 0 ? refusal.status : facts(refusal.cause).status;
    taken.reason = refusal.reason;
  }
  return taken;
}

bool is_about_content(const H1Case& each) {
  return each.status == 400 && each.bytes.find("chunked\r\n\r\n") != std::string::npos &&
         std::string_view(each.name).find("ransfer") == std::string_view::npos;
}

TEST(RequestParser, AcceptanceListWhole) {
  for (const H1Case& each : h1_cases()) {
    const Taken taken = take(each.bytes, {});
    if (each.status == 200 || (is_about_content(each) && taken.parsed == Parsed::kDone)) {
      EXPECT_EQ(taken.parsed, Parsed::kDone) << each.name << ": " << taken.reason;
    } else {
      EXPECT_EQ(taken.parsed, Parsed::kRefused) << each.name;
      EXPECT_EQ(taken.status, each.status) << each.name << ": " << taken.reason;
    }
  }
}

TEST(RequestParser, AcceptanceListSplitAtEveryByte) {
  for (const H1Case& each : h1_cases()) {
    const Taken whole = take(each.bytes, {});
    const std::size_t step = each.bytes.size() > 2000 ? 997 : 1;
    for (std::size_t cut = 1; cut < each.bytes.size(); cut += step) {
      const Taken split = take(each.bytes, {cut});
      EXPECT_EQ(split.parsed, whole.parsed) << each.name << " at " << cut;
      EXPECT_EQ(split.text, whole.text) << each.name << " at " << cut;
      EXPECT_EQ(split.status, whole.status) << each.name << " at " << cut;
    }
  }
}

TEST(RequestParser, AcceptanceListByteByByte) {
  for (const H1Case& each : h1_cases()) {
    if (each.bytes.size() > 2000) continue;  // the next test does the long ones
    std::vector<std::size_t> cuts;
    for (std::size_t cut = 1; cut < each.bytes.size(); cut++) cuts.push_back(cut);
    const Taken whole = take(each.bytes, {});
    const Taken split = take(each.bytes, cuts);
    EXPECT_EQ(split.parsed, whole.parsed) << each.name;
    EXPECT_EQ(split.text, whole.text) << each.name;
  }
}

TEST(RequestParser, LongHeadsByteByByteTakeLinearTime) {
  const Limits limits;
  std::string bytes = "GET /" + std::string(16'000, 'a') + " HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 3; i++) bytes += "X: " + std::string(15'000, 'b') + "\r\n";
  bytes += "\r\n";
  RequestParser parser(limits);
  Request request;
  Parsed parsed = Parsed::kMore;
  for (std::size_t shown = 1; parsed == Parsed::kMore && shown <= bytes.size(); shown++) {
    parsed = parser.parse(std::string_view(bytes).substr(0, shown), request);
  }
  EXPECT_EQ(parsed, Parsed::kDone);
  EXPECT_EQ(parser.length(), bytes.size());
}

TEST(RequestParser, FieldsAndTargetAreTakenApart) {
  const std::string head =
      "GET http://A.Test:8080/a/b?x=1&y HTTP/1.1\r\nhost: a.test:8080\r\nX-A:  b c \t\r\n"
      "Connection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n";
  EXPECT_EQ(take(head + "rest", {}).text,
            "GET http://A.Test:8080/a/b?x=1&y host=A.Test authority=A.Test:8080 path=/a/b "
            "query=true/x=1&y v=1 up=true frame=0/0 keep=false expect=false\n"
            "host:a.test:8080:1\nX-A:b c:0\nConnection:Upgrade, close:2\nUpgrade:h2c:8\nlength=" +
                std::to_string(head.size()));
}

TEST(RequestParser, UpgradeNeedsConnectionGetAndVersion11) {
  const auto upgrades = [](std::string_view start, std::string_view connection) {
    const Taken taken =
        take(fmt::format("{}\r\nHost: a\r\n{}Upgrade: websocket\r\n\r\n", start, connection), {});
    EXPECT_EQ(taken.parsed, Parsed::kDone);
    return taken.text.find("up=true") != std::string::npos;
  };
  EXPECT_TRUE(upgrades("GET / HTTP/1.1", "Connection: keep-alive, Upgrade\r\n"));
  EXPECT_FALSE(upgrades("GET / HTTP/1.1", ""));
  EXPECT_FALSE(upgrades("GET / HTTP/1.0", "Connection: Upgrade\r\n"));
  EXPECT_FALSE(upgrades("POST / HTTP/1.1", "Connection: Upgrade\r\n"));
}

TEST(RequestParser, ConnectionsAreKeptAsTheVersionSays) {
  const auto keeps = [](std::string_view start, std::string_view connection) {
    const Taken taken = take(fmt::format("{}\r\nHost: a\r\n{}\r\n", start, connection), {});
    return taken.text.find("keep=true") != std::string::npos;
  };
  EXPECT_TRUE(keeps("GET / HTTP/1.1", ""));
  EXPECT_FALSE(keeps("GET / HTTP/1.1", "Connection: x, Close\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0", ""));
  EXPECT_TRUE(keeps("GET / HTTP/1.0", "Connection: Keep-Alive\r\n"));
}

TEST(RequestParser, LimitsCanBeSet) {
  Limits limits;
  limits.head_bytes = 200;
  limits.line_bytes = 100;
  limits.fields = 3;
  const auto status = [&](const std::string& bytes) {
    RequestParser parser(limits);
    Request request;
    const Parsed parsed = parser.parse(bytes, request);
    return parsed == Parsed::kRefused ? facts(parser.refusal().cause).status : 0;
  };
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nC: d\r\n\r\n"), 0);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nC: d\r\nE: f\r\n\r\n"), 431);
  EXPECT_EQ(status("GET /" + std::string(90, 'a') + " HTTP/1.1\r\n"), 414);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(98, 'b') + "\r\n"), 431);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(90, 'b') +
                   "\r\nC: " + std::string(90, 'd') + "\r\n"),
            431);
}

struct ResponseCase {
  const char* name;
  std::string bytes;
  Parsed parsed;
  Framing::Kind kind = Framing::Kind::kNone;
  std::uint64_t length = 0;
  bool keep = false;
  const char* method = "GET";
};

const std::vector<ResponseCase>& response_cases() {
  using Kind = Framing::Kind;
  static const std::vector<ResponseCase> cases = {
      {"length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Parsed::kDone, Kind::kLength, 5,
       true},
      {"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n", Parsed::kDone,
       Kind::kChunked, 0, true},
      {"until close", "HTTP/1.1 200 OK\r\n\r\n", Parsed::kDone, Kind::kUntilClose, 0, false},
      {"close", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n", Parsed::kDone,
       Kind::kLength, 5, false},
      {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n", Parsed::kDone, Kind::kLength, 5,
       false},
      {"HTTP/1.0 keep-alive",
       "HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\n", Parsed::kDone,
       Kind::kLength, 5, true},
      {"no reason", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", Parsed::kDone, Kind::kLength, 0,
       true},
      {"no space before no reason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", Parsed::kDone,
       Kind::kLength, 0, true},
      {"100", "HTTP/1.1 100 Continue\r\n\r\n", Parsed::kDone, Kind::kNone, 0, true},
      {"204", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", Parsed::kDone, Kind::kNone, 0,
       true},
      {"204 chunked", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
       Parsed::kDone, Kind::kNone, 0, false},
      {"304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", Parsed::kDone, Kind::kNone,
       0, true},
      {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Parsed::kDone, Kind::kNone, 0, true,
       "HEAD"},
      {"HEAD chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", Parsed::kDone,
       Kind::kNone, 0, true, "HEAD"},
      {"both", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
       Parsed::kRefused},
      {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
       Parsed::kRefused},
      {"bad length", "HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\n", Parsed::kRefused},
      {"bad length of an answer to HEAD", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
       Parsed::kRefused, Kind::kNone, 0, false, "HEAD"},
      {"gzip coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", Parsed::kRefused},
      {"gzip, chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
       Parsed::kRefused},
      {"chunked in 1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", Parsed::kRefused},
      {"bare LF", "HTTP/1.1 200 OK\nContent-Length: 5\n\n", Parsed::kRefused},
      {"fold", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", Parsed::kRefused},
      {"space before colon", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", Parsed::kRefused},
      {"status of two digits", "HTTP/1.1 20 OK\r\n\r\n", Parsed::kRefused},
      {"status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", Parsed::kRefused},
      {"status 099", "HTTP/1.1 099 OK\r\n\r\n", Parsed::kRefused},
      {"HTTP/2", "HTTP/2 200\r\n\r\n", Parsed::kRefused},
      {"HTTP/2.0", "HTTP/2.0 200 OK\r\n\r\n", Parsed::kRefused},
      {"not HTTP", "SSH-2.0-OpenSSH\r\n", Parsed::kRefused},
      {"TLS alert", "\x15\x03\x01\x02\x02\x16", Parsed::kRefused},
      {"empty line first", "\r\nHTTP/1.1 200 OK\r\n\r\n", Parsed::kRefused},
      {"NUL in the reason", std::string("HTTP/1.1 200 O\0K\r\n\r\n", 20), Parsed::kRefused},
  };
  return cases;
}

TEST(ResponseParser, StatusLinesFramingAndConnection) {
  for (const ResponseCase& each : response_cases()) {
    for (std::size_t cut = 0; cut < each.bytes.size(); cut++) {
      const Limits limits;
      ResponseParser parser(limits, each.method);
      ResponseHead response;
      const std::string first = each.bytes.substr(0, cut);
      Parsed parsed = cut == 0 ? Parsed::kMore : parser.parse(first, response);
      if (parsed == Parsed::kMore) parsed = parser.parse(each.bytes, response);
      ASSERT_EQ(parsed, each.parsed) << each.name << " at " << cut;
      if (parsed == Parsed::kRefused) {
        EXPECT_EQ(parser.refusal().cause, Cause::kUpstreamBadResponse) << each.name;
        continue;
      }
      EXPECT_EQ(parser.framing().kind, each.kind) << each.name;
      EXPECT_EQ(parser.framing().length, each.length) << each.name;
      EXPECT_EQ(parser.keep_alive(), each.keep) << each.name;
      EXPECT_EQ(parser.length(), each.bytes.size()) << each.name;
    }
  }
}

TEST(ResponseParser, LengthOfAnAnswerToHeadIsKnown) {
  const Limits limits;
  ResponseParser parser(limits, "HEAD");
  ResponseHead response;
  const std::string bytes = "HTTP/1.1 200 Very Fine\r\nContent-Length: 5\r\n\r\n";
  ASSERT_EQ(parser.parse(bytes, response), Parsed::kDone);
  EXPECT_EQ(parser.announced_length(), 5u);
  EXPECT_EQ(response.reason, "Very Fine");
  EXPECT_EQ(response.status, 200);
}

}  // namespace
}  // namespace vaettir::http
