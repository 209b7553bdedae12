// Targets in a running house: addresses that move, names inside and outside, what the service
// learns, what people see when it is down.
#include <gtest/gtest.h>

#include <future>

#include "base/async/scope.h"
#include "base/http/exchange.h"
#include "tests/unit/gateway/kit/house.h"
#include "tests/unit/gateway/kit/origin.h"

namespace vaettir::gateway {
namespace {

using namespace kit;

constexpr std::string_view kPlain = R"yml(
entryPoints: { web: { address: "127.0.0.1:0" } }
)yml";

std::unique_ptr<Origin> named(std::string name) {
  return std::make_unique<Origin>([name = std::move(name)](const Message&, Wire& wire) {
    wire.send(response(200, name));
    return true;
  });
}

HouseOptions with_target(std::string url) {
  return {.config = std::string(kPlain), .environment = {{"API_TARGET_URL", std::move(url)}}};
}

std::string put(std::string_view url, std::string_view more = "") {
  return fmt::format(R"({{"url":"{}"{}}})", url, more);
}

TEST(TargetService, EnvironmentAloneMakesAPublicName) {
  const auto origin = named("one");
  House house(with_target(origin->url()));
  const Message answer =
      house.get("/x", "api.localhost:1", "Origin: http://api.localhost:1\r\nX-Other: 1\r\n");
  EXPECT_EQ(answer.body, "one");
  const Message seen = origin->last();
  EXPECT_EQ(seen.target(), "/x");
  EXPECT_EQ(seen.field("Host"), fmt::format("127.0.0.1:{}", origin->port()));
  EXPECT_EQ(seen.field("Origin"), origin->url());
  EXPECT_EQ(seen.field("X-Forwarded-Host"), "api.localhost:1");
  house.get("/", "api.localhost:1", "Origin: http://other.example.org\r\n");
  EXPECT_EQ(origin->last().field("Origin"), "http://other.example.org");
}

TEST(TargetService, MovesWhileRequestsFlow) {
  const auto one = named("one"), two = named("two");
  HouseOptions options = with_target(one->url());
  options.loops = 2;
  House house(options);
  std::atomic<bool> stop = false;
  std::atomic<int> asked = 0, failed = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; i++) {
    clients.emplace_back([&] {
      Wire wire = house.connect();
      while (!stop) {
        const Message answer = wire.ask(request("GET", "/", "api.localhost"));
        failed += answer.status() != 200 || (answer.body != "one" && answer.body != "two");
        ++asked;
      }
    });
  }
  for (int move = 0; move < 10; move++) {
    const bool to_two = move % 2 == 0;
    const Message done =
        house.admin("PUT", "/api/targets/api", put(to_two ? two->url() : one->url()));
    ASSERT_EQ(done.status(), 200) << done.body;
    // Every loop uses it by now, whichever takes the next connection.
    for (int i = 0; i < 4; i++) {
      EXPECT_EQ(house.get("/", "api.localhost").body, to_two ? "two" : "one");
    }
  }
  stop = true;
  for (std::thread& each : clients) each.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(one->requests().size() + two->requests().size(), static_cast<std::size_t>(asked) + 40);
}

TEST(TargetService, ARequestFinishesWhereItBegan) {
  std::atomic<bool> open = false;
  Origin slow([&](const Message&, Wire& wire) {
    EXPECT_TRUE(eventually([&] { return open.load(); }));
    wire.send(response(200, "slow"));
    return true;
  });
  const auto other = named("other");
  House house(with_target(slow.url()));
  Wire wire = house.connect();
  wire.send(request("GET", "/", "api.localhost"));
  ASSERT_TRUE(eventually([&] { return slow.requests().size() == 1; }));
  EXPECT_EQ(house.admin("PUT", "/api/targets/api", put(other->url())).status(), 200);
  EXPECT_EQ(house.get("/", "api.localhost").body, "other");
  open = true;
  EXPECT_EQ(wire.read()->body, "slow");
  EXPECT_EQ(wire.ask(request("GET", "/", "api.localhost")).body, "other");
}

TEST(TargetService, ANewNameNeedsNoFile) {
  const auto origin = named("new");
  House house({.config = std::string(kPlain)});
  EXPECT_EQ(house.get("/", "my-api.localhost").status(), 404);
  EXPECT_EQ(house.admin("PUT", "/api/targets/my-api", put(origin->url())).status(), 200);
  EXPECT_EQ(house.get("/", "my-api.localhost").body, "new");
  EXPECT_EQ(house.admin("DELETE", "/api/targets/my-api").status(), 200);
  EXPECT_EQ(house.get("/", "my-api.localhost").status(), 404);
  EXPECT_EQ(house.admin("DELETE", "/api/targets/my-api").status(), 404);
}

TEST(TargetService, ALifeTimeEnds) {
  const auto one = named("one"), two = named("two");
  House house(with_target(one->url()));
  ASSERT_EQ(house.admin("PUT", "/api/targets/api", put(two->url(), R"(,"ttl":"1s")")).status(),
            200);
  EXPECT_EQ(house.get("/", "api.localhost").body, "two");
  EXPECT_TRUE(house.admin_json("GET", "/api/targets/api")["expires"].is_string());
  EXPECT_TRUE(eventually([&] { return house.get("/", "api.localhost").body == "one"; }));
}

TEST(TargetService, AChangedEnvFileMovesIt) {
  const auto one = named("one"), two = named("two"), three = named("three");
  House house(
      {.config = std::string(kPlain), .env_file = fmt::format("API_TARGET_URL={}\n", one->url())});
  EXPECT_EQ(house.get("/", "api.localhost").body, "one");
  ASSERT_EQ(house.admin("PUT", "/api/targets/api", put(three->url())).status(), 200);
  EXPECT_EQ(house.get("/", "api.localhost").body, "three");
  house.write(".env", fmt::format("API_TARGET_URL={}\n", two->url()));
  EXPECT_TRUE(eventually([&] { return house.get("/", "api.localhost").body == "two"; }));
  EXPECT_TRUE(house.log().holds("address set by hand is dropped"));
}

TEST(TargetService, RefusesOurOwnListeners) {
  House house({.config = std::string(kPlain)});
  const Message refused =
      house.admin("PUT", "/api/targets/api", put(fmt::format("http://localhost:{}", house.port())));
  EXPECT_EQ(refused.status(), 400);
  EXPECT_NE(refused.body.find("own listeners"), std::string::npos);
  EXPECT_EQ(house.admin("PUT", "/api/targets/api", "{}").status(), 400);
  EXPECT_EQ(house.admin("PUT", "/api/targets/api", "nonsense").status(), 400);
  EXPECT_EQ(house.admin("PUT", "/api/targets/api", put("http://x", R"(,"ttl":"soon")")).status(),
            400);
}

TEST(TargetService, WhatPeopleSeeWhenItIsDown) {
  House house(with_target(fmt::format("http://127.0.0.1:{}", unused_port())));
  const Message page = house.get("/", "api.localhost", "Accept: text/html\r\n");
  EXPECT_EQ(page.status(), 502);
  EXPECT_EQ(page.field("Content-Type"), "text/html; charset=utf-8");
  EXPECT_NE(page.body.find("api is not reachable"), std::string::npos);
  EXPECT_NE(page.body.find("connect_refused"), std::string::npos);
  EXPECT_EQ(page.field("Cache-Control"), "no-store");
  const Message document = house.get("/", "api.localhost", "Accept: */*\r\n");
  EXPECT_EQ(document.field("Content-Type"), "application/problem+json");
  EXPECT_NE(document.body.find("vaettir target set"), std::string::npos);
  const json::Value row = house.admin_json("GET", "/api/targets/api");
  EXPECT_EQ(row["state"].string_or(""), "down");
  EXPECT_EQ(row["cause"].string_or(""), "connect_refused");
}

TEST(TargetService, ItsOwnOfflinePage) {
  const std::string config = fmt::format(R"yml(
entryPoints: {{ web: {{ address: "127.0.0.1:0" }} }}
targets: {{ api: {{ url: "http://127.0.0.1:{}", offlinePage: pages/down.html }} }}
)yml",
                                         unused_port());
  House house(
      {.config = config, .files = {{"pages/down.html", "<p>${VAETTIR_CAUSE}: ${VAETTIR_TARGET}"}}});
  EXPECT_EQ(house.get("/", "api.localhost", "Accept: text/html\r\n").body,
            "<p>connect_refused: api");
}

TEST(TargetService, AClosedTunnelIsNotAnAnswer) {
  Origin tunnel([](const Message&, Wire& wire) {
    wire.send(response(404, "gone", "ngrok-error-code: ERR_NGROK_3200\r\n"));
    return true;
  });
  HouseOptions options = with_target(fmt::format("http://abc.ngrok-free.app:{}", tunnel.port()));
  options.names = Names{{"abc.ngrok-free.app", "127.0.0.1"}};
  House house(options);
  const Message answer = house.get("/", "api.localhost");
  EXPECT_EQ(answer.status(), 502);
  EXPECT_EQ(json::parse(answer.body).value()["cause"].string_or(""), "tunnel_offline");
  EXPECT_EQ(tunnel.last().field("ngrok-skip-browser-warning"), "1");
  EXPECT_EQ(tunnel.last().field("Host"), fmt::format("abc.ngrok-free.app:{}", tunnel.port()));
}

TEST(TargetService, ADevelopmentServerThatRefusesTheHostIsExplained) {
  std::string content = "Blocked request. This host (\"x\") is not allowed.";
  Origin origin([&](const Message&, Wire& wire) {
    wire.send(response(403, content));
    return true;
  });
  House house(with_target(origin.url()));
  const Message refused = house.get("/", "api.localhost");
  EXPECT_EQ(refused.status(), 502);
  EXPECT_NE(refused.body.find("host_mismatch"), std::string::npos);
  content = "members only";
  const Message own = house.get("/", "api.localhost");
  EXPECT_EQ(own.status(), 403);
  EXPECT_EQ(own.body, "members only");
}

TEST(TargetService, TheFallbackTakesOver) {
  const auto origin = named("fallback");
  const std::string config = fmt::format(R"yml(
entryPoints: {{ web: {{ address: "127.0.0.1:0" }} }}
targets: {{ api: {{ url: "http://127.0.0.1:{}", fallback: "{}" }} }}
)yml",
                                         unused_port(), origin->url());
  House house({.config = config});
  EXPECT_EQ(house.get("/", "api.localhost").body, "fallback");
}

// What a workflow's request is: an exchange without a socket.
class InProcess final : public http::Exchange {
 public:
  using Exchange::Exchange;
  Task<Result<>> send() override { return Result<>(); }
  Task<Result<>> send_interim(std::uint16_t, const http::Headers&) override { return Result<>(); }
};

struct Asked {
  bool found = false;
  std::uint16_t status = 0;
  std::optional<Cause> cause;
  std::string body;
};

Task<void> ask(Loop& loop, http::Directory& directory, std::string host, std::string body,
               std::promise<Asked>& done) {
  Asked result;
  http::Service* service = directory.find(host);
  if (service != nullptr) {
    result.found = true;
    InProcess ex(loop);
    http::TextBody content(std::move(body));
    ex.client.in_process = true;
    ex.request.method = "POST";
    ex.request.target = ex.request.path = "/deep";
    ex.request.authority = "api:8000";
    ex.request.host = "api";
    ex.request.headers.add("X-Mine", "1");
    ex.body = &content;
    co_await service->serve(ex);
    result.status = ex.reply.status;
    result.cause = ex.cause();
    if (ex.reply.body != nullptr) {
      auto text = co_await http::read_all(*ex.reply.body, 1 << 20);
      result.body = text ? *text : std::string(text.error().text());
    }
  }
  done.set_value(std::move(result));
}

Asked ask_in_process(House& house, std::string host, std::string body) {
  std::promise<Asked> done;
  Scope scope;
  house.on_loop([&](Loop& loop) {
    scope.spawn(ask(loop, *house.edge().directory(loop), std::move(host), std::move(body), done));
  });
  Asked asked = done.get_future().get();
  house.on_loop([&](Loop&) { scope.clear(); });
  return asked;
}

TEST(TargetService, WorkflowsReachItByItsInternalName) {
  Origin origin;
  House house(with_target(origin.url()));
  const Asked asked = ask_in_process(house, "API", "four");
  EXPECT_TRUE(asked.found);
  EXPECT_EQ(asked.status, 200);
  EXPECT_EQ(asked.body, "POST /deep 4");
  EXPECT_EQ(origin.last().field("X-Mine"), "1");
  EXPECT_EQ(origin.last().field("Host"), fmt::format("127.0.0.1:{}", origin.port()));
  EXPECT_TRUE(origin.last().has("CDN-Loop"));
  EXPECT_FALSE(ask_in_process(house, "github.com", "").found);
}

TEST(TargetService, InProcessADownTargetIsAnError) {
  House house(with_target(fmt::format("http://127.0.0.1:{}", unused_port())));
  const Asked asked = ask_in_process(house, "api", "x");
  EXPECT_EQ(asked.cause, Cause::kConnectRefused);
}

}  // namespace
}  // namespace vaettir::gateway
