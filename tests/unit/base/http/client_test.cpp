#include "base/http/client.h"

#include <gtest/gtest.h>

#include "base/async/sleep.h"
#include "base/net/listener.h"
#include "tests/unit/base/http/server_kit.h"

namespace vaettir::http {
namespace {

using namespace std::chrono_literals;

Task<void> origin(Exchange& ex) {
  const std::string_view path = ex.request.path;
  if (path == "/slow") co_await sleep(ex.loop(), 1h);
  if (path == "/big") co_return ex.answer(200, "text/plain", std::string(100'000, 'x'));
  if (path == "/moved") {
    ex.answer(302, "", "");
    ex.reply.headers.add(Name::kLocation, "/there");
    co_return;
  }
  auto content = co_await read_all(*ex.body, 10'000'000);
  std::string text = fmt::format("{} {}\n", ex.request.method, ex.request.target);
  for (const Field& field : ex.request.headers.fields()) {
    text += fmt::format("{}: {}\n", field.name, field.value);
  }
  text += content ? *content : "failed";
  ex.answer(200, "text/plain", std::move(text));
  ex.reply.headers.add("X-Twice", "1");
  ex.reply.headers.add("X-Twice", "2");
}

class ClientTest : public testing::Test {
 protected:
  ClientTest() : kit(origin, impatient()), client(kit.loop) {
    listener = *net::Listener::bind(
        kit.loop, net::Address::loopback(), {}, [this](net::Accepted accepted) {
          kit.connections.spawn(serve(
              kit.server, net::plain_stream(kit.loop, std::move(accepted.fd), Side::kClient)));
        });
  }
  static H1Server::Options impatient() {
    H1Server::Options options;
    options.limits.half_close_grace = 20ms;
    return options;
  }
  static Task<void> serve(H1Server& server, std::unique_ptr<net::Stream> stream) {
    co_await server.serve(*stream, Client{});
  }

  std::string url(std::string_view path) {
    return "http://" + listener->address().to_text() + std::string(path);
  }
  Result<FetchResult> fetch(FetchRequest request) {
    Task<Result<FetchResult>> task = client.fetch(std::move(request));
    EXPECT_TRUE(pump(kit.loop, [&] { return task.done(); }));
    return task.take();
  }
  std::optional<Cause> cause(FetchRequest request) {
    auto result = fetch(std::move(request));
    if (result) return std::nullopt;
    return result.error().cause();
  }

  ServerKit kit;
  FetchClient client;
  std::unique_ptr<net::Listener> listener;
};

TEST_F(ClientTest, GetsWithItsHeadersInOrder) {
  FetchRequest request;
  request.url = url("/a/../b?x=%20y");
  request.headers = {{"X-B", "1"}, {"X-A", "2"}, {"Content-Length", "99"}, {"X-Empty", ""}};
  const auto result = fetch(std::move(request));
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->reason, "OK");
  EXPECT_EQ(result->http_version, "1.1");
  EXPECT_TRUE(result->body.starts_with("GET /a/../b?x=%20y\n")) << result->body;
  EXPECT_TRUE(has(result->body, "X-B: 1\nX-A: 2\nX-Empty: \n")) << result->body;
  EXPECT_FALSE(has(result->body, "Content-Length"));
  EXPECT_FALSE(has(result->body, "Expect"));
  int twice = 0;
  for (const auto& [name, value] : result->headers) twice += name == "X-Twice" ? 1 : 0;
  EXPECT_EQ(twice, 2);
}

TEST_F(ClientTest, SendsContentWithAnyMethod) {
  for (const char* method : {"POST", "PUT", "DELETE", "BREW"}) {
    FetchRequest request;
    request.method = method;
    request.url = url("/x");
    request.headers = {{"Content-Type", "application/json"}};
    request.body = "{\"a\":1}";
    const auto result = fetch(std::move(request));
    ASSERT_TRUE(result);
    EXPECT_TRUE(result->body.starts_with(std::string(method) + " /x\n"));
    EXPECT_TRUE(has(result->body, "Content-Length: 7\n"));
    EXPECT_TRUE(result->body.ends_with("{\"a\":1}"));
  }
  FetchRequest large;
  large.method = "POST";
  large.url = url("/x");
  large.body = std::string(3'000'000, 'l');
  const auto result = fetch(std::move(large));
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->body.ends_with("lll"));
  EXPECT_FALSE(has(result->body, "Content-Type"));
}

TEST_F(ClientTest, HeadHasNoContent) {
  FetchRequest request;
  request.method = "HEAD";
  request.url = url("/x");
  const auto result = fetch(std::move(request));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->body, "");
}

TEST_F(ClientTest, RedirectsAreFollowedOnlyWhenAsked) {
  FetchRequest request;
  request.url = url("/moved");
  const auto stays = fetch(request);
  ASSERT_TRUE(stays);
  EXPECT_EQ(stays->status, 302);
  request.follow_redirects = true;
  const auto follows = fetch(request);
  ASSERT_TRUE(follows);
  EXPECT_EQ(follows->status, 200);
  EXPECT_TRUE(follows->body.starts_with("GET /there\n"));
  EXPECT_EQ(follows->final_url, url("/there"));
}

TEST_F(ClientTest, FailuresHaveCauses) {
  FetchRequest request;
  request.url = url("/big");
  request.max_response_bytes = 1000;
  EXPECT_EQ(cause(request), Cause::kBodyTooLarge);
  request = {};
  request.url = url("/slow");
  request.timeout = 50ms;
  EXPECT_EQ(cause(request), Cause::kUpstreamTimeout);
  request = {};
  request.url = "http://no-such-host.invalid/";
  EXPECT_EQ(cause(request), Cause::kDnsFailure);
  request.url = "ftp://127.0.0.1/";
  EXPECT_EQ(cause(request), Cause::kBadRequest);
  request.url = "http://[broken/";
  EXPECT_EQ(cause(request), Cause::kBadRequest);
  request.url = url("/");
  request.headers = {{"X-A", "b\r\nX-C: d"}};
  EXPECT_EQ(cause(request), Cause::kBadRequest);
  request.headers = {};
  request.method = "GET / HTTP/1.1\r\n";
  EXPECT_EQ(cause(request), Cause::kBadRequest);
  request.method = "GET";
  request.url = "https://" + listener->address().to_text();
  EXPECT_EQ(cause(request), Cause::kTlsHandshake);
  request.url = url("/");
  listener.reset();
  kit.connections.clear();
  EXPECT_EQ(cause(request), Cause::kConnectRefused);
}

TEST_F(ClientTest, ForbiddenAddressesAreNotConnectedTo) {
  FetchRequest request;
  for (const char* url : {"http://169.254.169.254/latest/meta-data", "http://[fe80::1]/",
                          "http://0.0.0.0/", "http://[::ffff:169.254.169.254]/"}) {
    request.url = url;
    EXPECT_EQ(cause(request), Cause::kSsrfBlocked) << url;
  }
  FetchClient strict(kit.loop, [](const net::Address& address) { return !address.is_loopback(); });
  request.url = url("/");
  Task<Result<FetchResult>> task = strict.fetch(request);
  EXPECT_TRUE(pump(kit.loop, [&] { return task.done(); }));
  const auto result = task.take();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().cause(), Cause::kSsrfBlocked);
  EXPECT_EQ(kit.server.requests(), 0u);
}

TEST_F(ClientTest, DestroyingTheTaskCancelsTheTransfer) {
  FetchRequest request;
  request.url = url("/slow");
  {
    const Task<Result<FetchResult>> task = client.fetch(request);
    EXPECT_TRUE(pump(kit.loop, [&] { return kit.server.requests() == 1; }));
    EXPECT_FALSE(task.done());
  }
  EXPECT_TRUE(kit.all_closed()) << "the connection of a cancelled transfer ends";
  request.url = url("/");
  EXPECT_TRUE(fetch(request));
}

TEST_F(ClientTest, ManyAtOnceOnOneLoop) {
  std::vector<Task<Result<FetchResult>>> tasks;
  for (int i = 0; i < 50; i++) {
    FetchRequest request;
    request.url = url(fmt::format("/{}", i));
    tasks.push_back(client.fetch(std::move(request)));
  }
  EXPECT_TRUE(pump(kit.loop, [&] {
    return std::all_of(tasks.begin(), tasks.end(), [](const auto& task) { return task.done(); });
  }));
  for (int i = 0; i < 50; i++) {
    const auto result = tasks[static_cast<std::size_t>(i)].take();
    ASSERT_TRUE(result);
    EXPECT_TRUE(result->body.starts_with(fmt::format("GET /{}\n", i)));
  }
}

}  // namespace
}  // namespace vaettir::http
