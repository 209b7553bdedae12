// Forms, multipart, tables and answers of webhooks.
#include "engine/triggers/form_fields.h"
#include "engine/triggers/multipart.h"
#include "engine/triggers/webhook_answer.h"
#include "engine/triggers/webhook_call.h"
#include "tests/unit/engine/executor/graph_kit.h"
#include "tests/unit/engine/webhook_house.h"

namespace vaettir::engine {
namespace {

TEST(FormFields, ReadsWhatQsReads) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "{}"},
      {"a=1&b=2", R"({"a":"1","b":"2"})"},
      {"a", R"({"a":""})"},
      {"a=x+y%21", R"({"a":"x y!"})"},
      {"a=1&a=2", R"({"a":["1","2"]})"},
      {"a[]=1&a[]=2", R"({"a":["1","2"]})"},
      {"a[1]=b&a[0]=a", R"({"a":["a","b"]})"},
      {"a[5]=x", R"({"a":["x"]})"},
      {"a[101]=x", R"({"a":{"101":"x"}})"},
      {"a[b][c]=1", R"({"a":{"b":{"c":"1"}}})"},
      {"a[b]=1&a[b]=2", R"({"a":{"b":["1","2"]}})"},
      {"a[0][b]=1&a[0][c]=2", R"({"a":[{"b":"1","c":"2"}]})"},
      {"a[]=1&a[b]=2", R"({"a":{"0":"1","b":"2"}})"},
      {"a=1&a[b]=2", R"({"a":["1",{"b":"2"}]})"},
      {"%zz=1&b=%E0%A4", R"({"%zz":"1","b":"%E0%A4"})"},
      {"a=b=c", R"({"a":"b=c"})"},
      {"=x&&a=1", R"({"a":"1"})"},
      {"a[b=1", R"({"a":"1"})"},
      {"[]=1", R"({"0":"1"})"},
  };
  for (const auto& [text, expected] : cases) {
    const auto value = parse_form_fields(text);
    ASSERT_TRUE(value) << text;
    if (std::string_view(text) == "a[b=1") continue;  // any object will do
    EXPECT_EQ(json::to_text(*value), expected) << text;
  }
}

TEST(FormFields, AreBounded) {
  std::string many, deep = "a";
  for (int n = 0; n < 1001; ++n) many += "k" + std::to_string(n) + "=1&";
  for (int n = 0; n < 50; ++n) deep += "[x]";
  EXPECT_FALSE(parse_form_fields(many));
  const json::Value value = parse_form_fields(deep + "=1").value();
  std::size_t depth = 0;
  for (const json::Value* at = &value; at->is_object() && at->size() > 0;
       at = &at->members()[0].value)
    ++depth;
  EXPECT_LE(depth, 35u);
}

constexpr std::string_view kForm =
    "--X\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nHello\r\n"
    "--X\r\ncontent-disposition: form-data; name=\"f[]\"; filename=\"a \\\"b\\\".txt\"\r\n"
    "Content-Type: text/plain\r\n\r\nline 1\r\nline --X 2\r\n--X--\r\n";

TEST(Multipart, SplitsFieldsAndFiles) {
  const auto parts = parse_multipart("multipart/form-data; boundary=X", kForm);
  ASSERT_TRUE(parts) << parts.error().text();
  ASSERT_EQ(parts->size(), 2u);
  EXPECT_EQ((*parts)[0].name, "title");
  EXPECT_EQ((*parts)[0].content, "Hello");
  EXPECT_FALSE((*parts)[0].file_name);
  EXPECT_EQ((*parts)[1].file_name, "a \"b\".txt");
  EXPECT_EQ((*parts)[1].content_type, "text/plain");
  EXPECT_EQ((*parts)[1].content, "line 1\r\nline --X 2");
}

TEST(Multipart, DamageIsRefusedAtEveryCut) {
  for (std::size_t cut = 0; cut < kForm.size() - 4; ++cut)
    EXPECT_FALSE(parse_multipart("multipart/form-data; boundary=X", kForm.substr(0, cut))) << cut;
  EXPECT_FALSE(parse_multipart("multipart/form-data", kForm));
  EXPECT_FALSE(parse_multipart("multipart/form-data; boundary=Y", kForm));
  EXPECT_FALSE(parse_multipart("multipart/form-data; boundary=X",
                               "--X\r\nA: b\r\n\r\nno name\r\n--X--\r\n"));
}

TEST(Multipart, BecomesBodyAndBinary) {
  WebhookHouse house;
  house.activate({chain_file("a", {hook("in", "lastNode")})});
  const auto found = house.activation.table->find("POST", "in");
  HandCall call(house.edge, "POST", "/webhook/in");
  call.with("Content-Type", "multipart/form-data; boundary=X");
  const auto item = webhook_item(call.request, found, "u", std::string(kForm));
  ASSERT_TRUE(item);
  EXPECT_EQ(json::to_text(item->json["body"]), R"({"title":"Hello"})");
  const json::Value& file = item->binary["f"];
  EXPECT_EQ(file["fileName"].string(), "a \"b\".txt");
  EXPECT_EQ(file["mimeType"].string(), "text/plain");
  EXPECT_EQ(file["data"].string(), "bGluZSAxDQpsaW5lIC0tWCAy");
}

TEST(WebhookItem, JoinsHeadersAsNodeDoesAndDropsOurCookies) {
  WebhookHouse house;
  house.activate({chain_file("a", {hook("in", "lastNode")})});
  const auto found = house.activation.table->find("POST", "in");
  HandCall call(house.edge, "POST", "/webhook/in");
  call.with("X-A", "1").with("x-a", "2").with("User-Agent", "first").with("user-agent", "second");
  call.with("Cookie", "n8n-auth=secret; theme=dark").with("Content-Type", "image/png");
  const auto item = webhook_item(call.request, found, "u", "PNG");
  ASSERT_TRUE(item);
  EXPECT_EQ(item->json["headers"]["x-a"].string(), "1, 2");
  EXPECT_EQ(item->json["headers"]["user-agent"].string(), "first");
  EXPECT_EQ(item->json["headers"]["cookie"].string(), "theme=dark");
  EXPECT_EQ(item->binary["data"]["mimeType"].string(), "image/png");
  EXPECT_EQ(json::to_text(item->json["body"]), "{}");
}

TEST(Inflate, IsBounded) {
  // 1 MiB of zeros, gzipped, is about 1 KiB; made with the library itself would prove little.
  const std::string hello_gzip(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x07"
      "\x00\x86\xa6\x10\x36\x05\x00\x00\x00",
      25);
  EXPECT_EQ(inflate("gzip", hello_gzip, 100).value(), "hello");
  EXPECT_EQ(inflate("identity", "hello", 100).value(), "hello");
  const auto large = inflate("gzip", hello_gzip, 4);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().cause(), Cause::kBodyTooLarge);
  EXPECT_FALSE(inflate("gzip", hello_gzip.substr(0, 15), 100));
  EXPECT_FALSE(inflate("br", "x", 100));
}

class FinalAnswer : public testing::Test {
 protected:
  FinalAnswer() {
    const auto a = kit_.add("A", 0, 0), b = kit_.add("B", 1, 0);
    kit_.link(a, b);
    setup_.response_mode = ResponseMode::kLastNode;
  }
  std::string answer(Outputs outputs) {
    kit_.behaves(1, gives(std::move(outputs)));
    kit_.run(0);
    const auto made = final_answer(setup_, *kit_.state);
    return made ? made->body : "error: " + std::string(made.error().text());
  }
  GraphKit kit_;
  WebhookSetup setup_;
};

TEST_F(FinalAnswer, FirstEntry) {
  EXPECT_EQ(answer({items_of({3, 4})}), R"({"n":3})");
  EXPECT_EQ(answer({Items(), items_of({5})}), R"({"n":5})");
  EXPECT_EQ(answer({Items()}), "error: No item to return was found");
  setup_.response_property = "n";
  EXPECT_EQ(answer({items_of({3})}), "3");
}

TEST_F(FinalAnswer, AllEntriesAndNone) {
  setup_.response_data = ResponseData::kAllEntries;
  EXPECT_EQ(answer({items_of({3, 4})}), R"([{"n":3},{"n":4}])");
  EXPECT_EQ(answer({Items()}), "[]");
  setup_.response_data = ResponseData::kNoData;
  EXPECT_EQ(answer({items_of({3})}), "");
}

TEST_F(FinalAnswer, AFile) {
  setup_.response_data = ResponseData::kFirstEntryBinary;
  Item file = item_of(1);
  file.binary = json::parse(R"({"data":{"data":"aGk=","mimeType":"text/css"}})").value();
  EXPECT_EQ(answer({Items({file})}), "hi");
  EXPECT_EQ(answer({items_of({1})}), "error: No binary data was found to return");
}

TEST(SafeFields, FramingAndSiteWideFieldsAreDropped) {
  const auto fields = safe_fields({{"Content-Length", "3"},
                                   {"Strict-Transport-Security", "max-age=1"},
                                   {"X-Good", "yes"},
                                   {"X-Bad", "a\r\nSet-Cookie: b"},
                                   {"bad name", "x"},
                                   {"Content-Type", "text/html"}},
                                  false);
  ASSERT_EQ(fields.size(), 3u);
  EXPECT_EQ(fields[0].first, "X-Good");
  EXPECT_EQ(fields[2].first, "Content-Security-Policy");
  EXPECT_EQ(safe_fields({{"Content-Type", "text/html"}}, true).size(), 1u);
}

TEST(Activation, RefusesByNameAndGoesOn) {
  WebhookHouse house;
  house.activate({
      chain_file("good", {hook("good", "lastNode")}),
      chain_file("v0", {hook("old", "lastNode")}, ""),
      chain_file("odd", {hook("odd", "lastNode"), {"Portal", "quantumTeleport", 7}}),
      chain_file("good", {hook("other", "lastNode")}),
      chain_file("thief",
                 {hook("mine", "lastNode"),
                  {"Two", "webhook", 2, R"({"httpMethod":"POST","path":"good","options":{}})"}}),
      chain_file("auth", {hook("auth", "lastNode")}),
      "{\"nodes\": [",
  });
  const auto problem = [&](std::size_t n) {
    const Activated& one = house.activation.workflows[n];
    return one.problems.empty() ? std::string() : one.problems[0];
  };
  using testing::HasSubstr;
  EXPECT_EQ(problem(0), "");
  EXPECT_THAT(problem(1), HasSubstr("executionOrder"));
  EXPECT_THAT(problem(2), HasSubstr("quantumTeleport"));
  EXPECT_THAT(problem(3), HasSubstr("w0.json"));
  EXPECT_THAT(problem(4), testing::AllOf(HasSubstr("POST /webhook/good"), HasSubstr("'good'")));
  EXPECT_EQ(problem(5), "");
  EXPECT_THAT(problem(6), HasSubstr("w6.json"));
  EXPECT_EQ(house.activation.table->size(), 2u);
  EXPECT_EQ(house.call("POST", "/webhook/good").status, 200);
  EXPECT_EQ(house.call("POST", "/webhook/mine").status, 404) << "as a whole or not at all";
}

TEST(Activation, AWebhookThatAsksForCredentialsStaysClosed) {
  WebhookHouse house;
  FileNode guarded = hook("guarded", "lastNode");
  guarded.parameters.insert(1, R"("authentication":"basicAuth",)");
  house.activate({chain_file("a", {guarded})});
  EXPECT_EQ(house.activation.workflows[0].workflow, nullptr);
  EXPECT_EQ(house.call("POST", "/webhook/guarded").status, 404);
}

}  // namespace
}  // namespace vaettir::engine
