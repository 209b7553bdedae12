// Webhooks from request to answer, in process (facts/n8n.md 6.1 to 6.3).
#include "engine/triggers/webhook.h"

#include "tests/unit/engine/webhook_house.h"

namespace vaettir::engine {
namespace {

using testing::HasSubstr;

class WebhookModes : public testing::TestWithParam<std::size_t> {
 protected:
  WebhookHouse house_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Threads, WebhookModes, testing::Values(0, 2));

TEST_P(WebhookModes, ResponseNodeAnswersItsItem) {
  house_.activate({chain_file(
      "a", {hook("hi", "responseNode", "{}", "GET"),
            set_field("Set", "greeting", "=Hello {{ $json.query.name }}"), respond()})});
  const HandAnswer answer = house_.call("GET", "/webhook/hi?name=Ada");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.content_type, HasSubstr("application/json"));
  const json::Value body = json::parse(answer.body).value();
  EXPECT_EQ(body["greeting"].string(), "Hello Ada");
  EXPECT_EQ(body["webhookUrl"].string(), "https://hooks.test/webhook/hi");
  EXPECT_EQ(body["executionMode"].string(), "production");
  EXPECT_EQ(body["headers"]["host"].string(), "hooks.test");
}

TEST_P(WebhookModes, TheBodyBecomesTheItem) {
  house_.activate({chain_file("a", {hook("in", "lastNode")})});
  const HandAnswer answer =
      house_.call("POST", "/webhook/in?a[b]=1&a[b]=2", R"({"deep":{"x":[1]}})", "application/json");
  const json::Value item = json::parse(answer.body).value();
  EXPECT_EQ(json::to_text(item["body"]), R"({"deep":{"x":[1]}})");
  EXPECT_EQ(json::to_text(item["query"]), R"({"a":{"b":["1","2"]}})");
  EXPECT_EQ(item["headers"]["content-type"].string(), "application/json");
}

TEST_P(WebhookModes, OnReceivedAnswersFirstAndRunsThen) {
  house_.activate({chain_file("a", {hook("go", "onReceived"), set_field("Set", "x", "1")})});
  const HandAnswer answer = house_.call("POST", "/webhook/go");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"message":"Workflow was started"})");
  ASSERT_EQ(house_.rows().size(), 1u) << "the row is there before the answer";
  house_.until_idle();
  EXPECT_EQ(house_.rows()[0].status, "success");
  EXPECT_EQ(house_.rows()[0].last_node, "Set");
  EXPECT_EQ(house_.rows()[0].mode, "webhook");
}

TEST_P(WebhookModes, OptionsOfOnReceived) {
  house_.activate(
      {chain_file("a", {hook("text", "onReceived", R"({"responseData":"Thanks!"})")}),
       chain_file(
           "b",
           {hook("none", "onReceived",
                 R"({"noResponseBody":true,"responseCode":{"values":{"responseCode":204}}})")}),
       chain_file("c", {hook("head", "onReceived",
                             R"({"responseHeaders":{"entries":[{"name":"X-Kind","value":"new"},
                                 {"name":"Content-Length","value":"7"}]}})")})});
  EXPECT_EQ(house_.call("POST", "/webhook/text").body, "Thanks!");
  const HandAnswer none = house_.call("POST", "/webhook/none");
  EXPECT_EQ(none.status, 204);
  EXPECT_EQ(none.body, "");
  HandCall call(house_.edge, "POST", "/webhook/head");
  house_.call(call);
  EXPECT_EQ(call.reply.headers.find("X-Kind"), "new");
  EXPECT_FALSE(call.reply.headers.find("Content-Length"));
}

TEST_P(WebhookModes, LastNodeAnswersTheFirstItem) {
  house_.activate({chain_file("a", {hook("last", "lastNode"), set_field("Set", "x", "7")})});
  const HandAnswer answer = house_.call("POST", "/webhook/last", R"({"k":1})", "application/json");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(json::parse(answer.body).value()["x"].string(), "7");
}

TEST_P(WebhookModes, AWorkflowThatFailsIs500) {
  const std::string fails = R"({"url":"http://nowhere.test/","options":{}})";
  house_.activate(
      {chain_file("a", {hook("bad", "lastNode"), {"Call", "httpRequest", 4.2, fails}}),
       chain_file("b",
                  {hook("bad2", "responseNode"), {"Call", "httpRequest", 4.2, fails}, respond()})});
  for (const char* path : {"/webhook/bad", "/webhook/bad2"}) {
    const HandAnswer answer = house_.call("POST", path);
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(answer.cause, Cause::kWorkflowFailed);
    const json::Value body = json::parse(answer.body).value();
    EXPECT_EQ(body["message"].string(), "Error in workflow");
    EXPECT_EQ(body["cause"].string(), "workflow_failed");
  }
  house_.until_idle();
  EXPECT_EQ(house_.rows()[0].status, "error");
  EXPECT_EQ(house_.rows()[0].last_node, "Call");
}

TEST_P(WebhookModes, AWorkflowThatDoesNotAnswerIsAnEmpty200) {
  house_.activate({chain_file("a", {hook("quiet", "responseNode"), set_field("Set", "x", "1")})});
  const HandAnswer answer = house_.call("POST", "/webhook/quiet");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
}

TEST_P(WebhookModes, TheWorkflowGoesOnAfterItsAnswer) {
  house_.activate({chain_file(
      "a", {hook("more", "responseNode"), respond(), set_field("After", "x", "1")}, kUnsaved)});
  EXPECT_EQ(house_.call("POST", "/webhook/more").status, 200);
  house_.until_idle();
  EXPECT_TRUE(house_.rows().empty()) << "not saved in the end";
}

TEST_P(WebhookModes, NothingIsWrittenWhereSuccessIsNotSaved) {
  house_.activate({chain_file(
      "a", {hook("fast", "responseNode"), set_field("S", "x", "1"), respond()}, kUnsaved)});
  EXPECT_EQ(house_.call("POST", "/webhook/fast").status, 200);
  house_.until_idle();
  EXPECT_TRUE(house_.rows().empty());
}

TEST_P(WebhookModes, SavedExecutionsAreInTheStoreWhenTheAnswerLeaves) {
  house_.activate({chain_file("a", {hook("kept", "responseNode"), respond()})});
  EXPECT_EQ(house_.call("POST", "/webhook/kept").status, 200);
  ASSERT_EQ(house_.rows().size(), 1u);
  EXPECT_EQ(house_.rows()[0].status, "success");
}

TEST_P(WebhookModes, ALongAnswerComesInPieces) {
  house_.activate({chain_file("a", {hook("long", "lastNode")}, kUnsaved)});
  std::string text(900'000, 'x');
  text[777'777] = 'y';
  const HandAnswer answer =
      house_.call("POST", "/webhook/long", "{\"t\":\"" + text + "\"}", "application/json");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(json::parse(answer.body).value()["body"]["t"].string(), text);
}

TEST_P(WebhookModes, AClientThatGoesAwayDoesNotStopTheWorkflow) {
  house_.activate(
      {chain_file("a", {hook("gone", "lastNode"),
                        {"Call", "httpRequest", 4.2, R"({"url":"http://slow/","options":{}})"}})});
  class Slow final : public http::Service {
   public:
    Task<void> serve(http::Exchange& ex) override {
      begun = true;
      while (!open) co_await sleep(ex.loop(), std::chrono::milliseconds(2));
      ex.answer(200, "application/json", "{}");
    }
    std::atomic<bool> begun{false}, open{false};
  } slow;
  class Directory final : public http::Directory {
   public:
    explicit Directory(http::Service& service) : service_(service) {}
    http::Service* find(std::string_view host) override {
      return host == "slow" ? &service_ : nullptr;
    }
    http::Service& service_;
  } directory(slow);
  house_.targets = &directory;
  HandCall call(house_.edge, "POST", "/webhook/gone");
  HandAnswer answer;
  {
    Task<void> task = serve_and_read(*house_.service, call, answer);
    house_.run_until([&] { return slow.begun.load(); });
  }
  slow.open = true;
  house_.until_idle();
  EXPECT_EQ(answer.status, 0);
  ASSERT_EQ(house_.rows().size(), 1u);
  EXPECT_EQ(house_.rows()[0].status, "success");
}

class WebhookRoutes : public testing::Test {
 protected:
  WebhookHouse house_;
};

TEST_F(WebhookRoutes, UnknownPathsAreExplained) {
  house_.activate({chain_file("a", {hook("here", "lastNode")})});
  const HandAnswer nothing = house_.call("GET", "/webhook/there");
  EXPECT_EQ(nothing.status, 404);
  EXPECT_EQ(nothing.cause, Cause::kWorkflowNotFound);
  const json::Value body = json::parse(nothing.body).value();
  EXPECT_EQ(body["code"].number(), 404);
  EXPECT_EQ(body["message"].string(), "The requested webhook \"GET there\" is not registered.");
  EXPECT_EQ(body["cause"].string(), "workflow_not_found");
  const HandAnswer method = house_.call("GET", "/webhook/here");
  EXPECT_EQ(method.status, 404);
  EXPECT_EQ(
      json::parse(method.body).value()["message"].string(),
      "This webhook is not registered for GET requests. Did you mean to make a POST request?");
  EXPECT_EQ(house_.call("HEAD", "/webhook/here").status, 404);
  EXPECT_EQ(house_.call("POST", "/webhook-test/here").status, 404);
  EXPECT_EQ(house_.call("POST", "/webhookhere").status, 404);
  EXPECT_EQ(house_.call("POST", "/webhook/%zz").status, 400);
}

TEST_F(WebhookRoutes, ParametersOfThePathAreFilled) {
  house_.activate({chain_file("a", {hook("user/:id/file/:name", "lastNode")}),
                   chain_file("b", {hook("user/:id/file/fixed", "lastNode")})});
  const HandAnswer answer = house_.call("POST", "/webhook/hook-a/user/42/file/a%20b");
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(json::to_text(json::parse(answer.body).value()["params"]),
            R"({"id":"42","name":"a b"})");
  EXPECT_EQ(house_.call("POST", "/webhook/hook-a/user/42/file").status, 404);
  EXPECT_EQ(house_.call("POST", "/webhook/user/42/file/x").status, 404);
}

TEST_F(WebhookRoutes, SlashesAtTheEndMakeNoDifference) {
  house_.activate({chain_file("a", {hook("here/deep", "lastNode")})});
  EXPECT_EQ(house_.call("POST", "/webhook/here/deep/").status, 200);
  EXPECT_EQ(house_.call("POST", "/webhook/here%2Fdeep").status, 200);
}

TEST_F(WebhookRoutes, BodiesThatCannotBeReadAre422) {
  house_.activate({chain_file("a", {hook("in", "lastNode")})});
  const HandAnswer broken = house_.call("POST", "/webhook/in", R"({"a":)", "application/json");
  EXPECT_EQ(broken.status, 422);
  EXPECT_EQ(json::parse(broken.body).value()["message"].string(), "Failed to parse request body");
  EXPECT_EQ(house_.call("POST", "/webhook/in", "<a/>", "text/xml").status, 415);
  HandCall packed(house_.edge, "POST", "/webhook/in", "not gzip");
  packed.with("Content-Encoding", "gzip");
  EXPECT_EQ(house_.call(packed).status, 400);
}

TEST_F(WebhookRoutes, ABodyAboveTheLimitIsRefused) {
  WebhookHouse small(0, {}, nullptr, {{"N8N_PAYLOAD_SIZE_MAX", "1"}});
  small.activate({chain_file("a", {hook("in", "lastNode")})});
  EXPECT_EQ(small.call("POST", "/webhook/in", std::string(1 << 20, 'x'), "text/plain").status, 200);
  const HandAnswer answer =
      small.call("POST", "/webhook/in", std::string((1 << 20) + 1, 'x'), "text/plain");
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.cause, Cause::kBodyTooLarge);
}

TEST_F(WebhookRoutes, PreflightsAreAnswered) {
  house_.activate({chain_file(
      "a", {hook("c", "lastNode", R"({"allowedOrigins":"https://a.test, https://b.test"})")})});
  HandCall preflight(house_.edge, "OPTIONS", "/webhook/c");
  preflight.with("Origin", "https://b.test")
      .with("Access-Control-Request-Method", "POST")
      .with("Access-Control-Request-Headers", "x-a, x-b");
  EXPECT_EQ(house_.call(preflight).status, 204);
  const http::Headers& fields = preflight.reply.headers;
  EXPECT_EQ(fields.find("Access-Control-Allow-Origin"), "https://b.test");
  EXPECT_EQ(fields.find("Access-Control-Allow-Methods"), "OPTIONS, POST");
  EXPECT_EQ(fields.find("Access-Control-Allow-Headers"), "x-a, x-b");
  EXPECT_EQ(fields.find("Access-Control-Max-Age"), "300");
  HandCall other(house_.edge, "POST", "/webhook/c");
  other.with("Origin", "https://evil.test");
  EXPECT_EQ(house_.call(other).status, 200);
  EXPECT_EQ(other.reply.headers.find("Access-Control-Allow-Origin"), "https://a.test");
  EXPECT_EQ(house_.call("OPTIONS", "/webhook/nothing").status, 404);
}

TEST_F(WebhookRoutes, AddressesAndRobotsAreKeptOut) {
  house_.activate({chain_file("a", {hook("ip", "lastNode", R"({"ipWhitelist":"10.0.0.0/8"})")}),
                   chain_file("b", {hook("bot", "lastNode", R"({"ignoreBots":true})")})});
  EXPECT_EQ(house_.call("POST", "/webhook/ip").status, 403);
  HandCall inside(house_.edge, "POST", "/webhook/ip");
  inside.client.peer = net::Address::parse_host("10.1.2.3").value();
  EXPECT_EQ(house_.call(inside).status, 200);
  HandCall robot(house_.edge, "POST", "/webhook/bot");
  robot.with("User-Agent", "Mozilla/5.0 (compatible; Googlebot/2.1)");
  EXPECT_EQ(house_.call(robot).status, 403);
  EXPECT_EQ(house_.call("POST", "/webhook/bot").status, 200);
}

TEST_F(WebhookRoutes, BeforeTheFirstPublicationItIsNotThereYet) {
  EXPECT_EQ(house_.call("POST", "/webhook/x").cause, Cause::kShuttingDown);
  house_.activate({chain_file("a", {hook("x", "lastNode")})});
  EXPECT_EQ(house_.call("POST", "/webhook/x").status, 200);
  house_.service->refuse_new();
  EXPECT_EQ(house_.call("POST", "/webhook/x").cause, Cause::kShuttingDown);
}

TEST_F(WebhookRoutes, AFullMailboxSaysSo) {
  WebhookHouse small(0, WorkerLimits{.mailbox = 2, .running = 1});
  small.activate(
      {chain_file("a", {hook("wait", "lastNode"),
                        {"Call", "httpRequest", 4.2, R"({"url":"http://slow/","options":{}})"}})});
  class Slow final : public http::Service {
   public:
    Task<void> serve(http::Exchange& ex) override {
      while (!open) co_await sleep(ex.loop(), std::chrono::milliseconds(1));
      ex.answer(200, "application/json", "{}");
    }
    bool open = false;
  } slow;
  class Directory final : public http::Directory {
   public:
    explicit Directory(http::Service& service) : service_(service) {}
    http::Service* find(std::string_view) override { return &service_; }
    http::Service& service_;
  } directory(slow);
  small.targets = &directory;
  std::vector<std::unique_ptr<HandCall>> calls;
  std::vector<HandAnswer> answers(4);
  std::vector<Task<void>> tasks;
  for (HandAnswer& answer : answers) {
    calls.push_back(std::make_unique<HandCall>(small.edge, "POST", "/webhook/wait"));
    tasks.push_back(serve_and_read(*small.service, *calls.back(), answer));
  }
  // One runs, two wait, the fourth is told at once.
  EXPECT_TRUE(tasks[3].done());
  EXPECT_EQ(answers[3].status, 503);
  EXPECT_EQ(answers[3].cause, Cause::kQueueFull);
  EXPECT_EQ(calls[3]->reply.headers.find(http::Name::kRetryAfter), "1");
  EXPECT_EQ(small.workers[0]->running(), 1u);
  EXPECT_EQ(small.workers[0]->waiting(), 2u);
  slow.open = true;
  for (std::size_t n = 0; n < 3; ++n) {
    small.run_until([&] { return tasks[n].done(); });
    EXPECT_EQ(answers[n].status, 200);
  }
}

}  // namespace
}  // namespace vaettir::engine
