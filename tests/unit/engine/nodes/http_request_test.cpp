#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/nodes/http/form.h"
#include "engine/nodes/http/url.h"
#include "tests/unit/engine/nodes/node_bench.h"

namespace vaettir::engine {
namespace {

using testing::HasSubstr;

// Answers with what it was asked: method, target and headers as JSON.
json::Value seen(const http::Exchange& ex, const std::string& body) {
  json::ObjectBuilder headers;
  for (const http::Field& field : ex.request.headers.fields()) {
    headers.set(field.name, json::Value(field.value));
  }
  json::ObjectBuilder out;
  out.set("method", json::Value(ex.request.method));
  out.set("target", json::Value(ex.request.target));
  out.set("host", json::Value(ex.request.authority));
  out.set("headers", headers.finish());
  out.set("body", json::Value(body));
  out.set("local", json::Value(ex.client.in_process));
  return out.finish();
}

class HttpRequests : public testing::Test {
 protected:
  HttpRequests() {
    target("echo", [](http::Exchange& ex, const std::string& body) {
      ex.answer(200, "application/json", json::to_text(seen(ex, body)));
    });
  }
  void target(std::string name, std::function<void(http::Exchange&, std::string)> answer) {
    bench_.targets.add(std::move(name), std::make_unique<FunctionService>(std::move(answer)));
  }
  // A target that gives one fixed answer.
  void target(std::string name, std::uint16_t status, std::string type, std::string body) {
    target(std::move(name),
           [=](http::Exchange& ex, const std::string&) { ex.answer(status, type, body); });
  }
  std::string run(std::string_view parameters, std::string_view items = "[{}]",
                  double version = 4.2) {
    bench_.load_node("httpRequest", version, parameters, more_);
    return NodeBench::shown(bench_.run(items));
  }
  // The first item that "echo" gave.
  json::Value echoed(std::string_view parameters, std::string_view items = "[{}]",
                     double version = 4.2) {
    bench_.load_node("httpRequest", version, parameters, more_);
    const Result<Outputs> out = bench_.run(items);
    EXPECT_TRUE(out.has_value()) << (out ? "" : out.error().text());
    return out ? (*out)[0][0].json : json::Value();
  }
  NodeBench bench_;
  std::string more_;
};

TEST_F(HttpRequests, OneForEachItemInProcess) {
  EXPECT_EQ(run("{url: '=http://numbers/{{ $json.n }}'}", "[{n: 1}]")
                .find("error: node 'Node': GET http://numbers/1 failed with connect_unreachable"),
            0u);
  target("numbers", [](http::Exchange& ex, const std::string&) {
    ex.answer(200, "application/json", "{\"path\": \"" + std::string(ex.request.path) + "\"}");
  });
  EXPECT_EQ(run("{url: '=http://numbers/{{ $json.n }}'}", "[{n: 1}, {n: 2}, {n: 3}]"),
            R"([{"path":"/1"},{"path":"/2"},{"path":"/3"}])");
  EXPECT_EQ(bench_.effect(), Effect::kRead);
}

TEST_F(HttpRequests, SendWhatTheParametersSay) {
  const json::Value plain = echoed("{url: 'http://Echo:8000/a b?x=1#frag'}");
  EXPECT_EQ(plain["method"].string(), "GET");
  EXPECT_EQ(plain["target"].string(), "/a%20b?x=1");
  EXPECT_EQ(plain["host"].string(), "echo:8000");
  EXPECT_EQ(plain["headers"]["Host"].string(), "echo:8000");
  EXPECT_EQ(plain["headers"]["user-agent"].string(), "vaettir");
  EXPECT_THAT(std::string(plain["headers"]["accept"].string()), HasSubstr("image/*"));
  EXPECT_FALSE(plain["headers"].has("Content-Length"));
  EXPECT_TRUE(plain["local"].boolean());
}

TEST_F(HttpRequests, Headers) {
  const json::Value out =
      echoed(R"({url: 'http://echo/', sendHeaders: true, headerParameters: {parameters: [
      {name: 'X-Number', value: '={{ $json.n }}'}, {name: 'User-Agent', value: 'me'},
      {name: 'Content-Length', value: '99'}, {name: '', value: ''}]}})",
             "[{n: 7}]");
  EXPECT_EQ(out["headers"]["x-number"].string(), "7");
  EXPECT_EQ(out["headers"]["user-agent"].string(), "me");
  EXPECT_FALSE(out["headers"].has("content-length"));
  EXPECT_EQ(
      echoed(
          R"({url: 'http://echo/', sendHeaders: true, specifyHeaders: 'json', jsonHeaders: '{"X-A": "b"}', options: {lowercaseHeaders: false}})")
          ["headers"]["X-A"]
              .string(),
      "b");
  EXPECT_THAT(
      run(R"({url: 'http://echo/', sendHeaders: true, headerParameters: {parameters: [{name: 'x', value: "secret\r\ny: z"}]}})"),
      testing::AllOf(HasSubstr("header 'x' holds characters"), testing::Not(HasSubstr("secret"))));
}

TEST_F(HttpRequests, Query) {
  const std::string_view pairs =
      "sendQuery: true, queryParameters: {parameters: [{name: 'a', value: 'x y'}, {name: 'l', "
      "value: '={{ $json.l }}'}]}";
  const auto target_of = [&](std::string_view more) {
    return std::string(echoed(fmt::format("{{url: 'http://echo/p?z=0', {}, {}}}", pairs, more),
                              "[{l: [1, {k: 2}]}]")["target"]
                           .string());
  };
  EXPECT_EQ(target_of(""), "/p?z=0&a=x%20y&l%5B0%5D=1&l%5B1%5D%5Bk%5D=2");
  EXPECT_EQ(target_of("options: {queryParameterArrays: 'repeat'}"),
            "/p?z=0&a=x%20y&l=1&l%5Bk%5D=2");
  EXPECT_EQ(target_of("options: {queryParameterArrays: 'brackets'}"),
            "/p?z=0&a=x%20y&l%5B%5D=1&l%5B%5D%5Bk%5D=2");
  EXPECT_EQ(echoed("{url: 'http://echo', sendQuery: true, specifyQuery: 'json', jsonQuery: "
                   "'{\"q\": null, \"t\": true}'}")["target"]
                .string(),
            "/?q=&t=true");
  const std::string_view twice =
      "{url: 'http://echo/', sendQuery: true, queryParameters: {parameters: [{name: 'a', value: "
      "'1'}, {name: 'a', value: '2'}]}}";
  EXPECT_EQ(echoed(twice)["target"].string(), "/?a=2");
  EXPECT_EQ(echoed(twice, "[{}]", 4.3)["target"].string(), "/?a%5B0%5D=1&a%5B1%5D=2");
}

TEST_F(HttpRequests, JsonBodies) {
  const json::Value fields = echoed(
      "{method: 'POST', url: 'http://echo/', sendBody: true, bodyParameters: {parameters: [{name: "
      "'a.b', value: '={{ $json.n }}'}, {name: 'c', value: 'x'}]}}",
      "[{n: 7}]");
  EXPECT_EQ(fields["body"].string(), R"({"a":{"b":7},"c":"x"})");
  EXPECT_EQ(fields["headers"]["content-type"].string(), "application/json");
  EXPECT_EQ(fields["headers"]["Content-Length"].string(), "21");
  EXPECT_EQ(bench_.effect(), Effect::kWrite);
  EXPECT_EQ(echoed("{method: 'POST', url: 'http://echo/', sendBody: true, specifyBody: 'json', "
                   "jsonBody: '={{ $json }}'}",
                   "[{n: 7}]")["body"]
                .string(),
            R"({"n":7})");
  EXPECT_EQ(echoed("{method: 'POST', url: 'http://echo/', sendBody: true, specifyBody: 'json', "
                   "jsonBody: '={\"x\": {{ $json.n }} }'}",
                   "[{n: 7}]")["body"]
                .string(),
            R"({"x":7})");
  EXPECT_THAT(run("{method: 'POST', url: 'http://echo/', sendBody: true, specifyBody: 'json', "
                  "jsonBody: '{\"x\"'}"),
              HasSubstr("node 'Node': parameter 'jsonBody' is no valid JSON: line 1"));
  EXPECT_EQ(echoed("{method: '={{ $json.m }}', url: 'http://echo/'}", "[{m: 'PATCH'}]")["method"]
                .string(),
            "PATCH");
  EXPECT_EQ(bench_.effect(), Effect::kWrite) << "a method that is not known beforehand";
}

TEST_F(HttpRequests, OtherBodies) {
  const json::Value form = echoed(
      "{method: 'POST', url: 'http://echo/', sendBody: true, contentType: 'form-urlencoded', "
      "bodyParameters: {parameters: [{name: 'a', value: 'x&y'}]}}");
  EXPECT_EQ(form["body"].string(), "a=x%26y");
  EXPECT_EQ(form["headers"]["content-type"].string(), "application/x-www-form-urlencoded");
  EXPECT_EQ(echoed("{method: 'POST', url: 'http://echo/', sendBody: true, contentType: "
                   "'form-urlencoded', specifyBody: 'string', body: 'a=1'}")["body"]
                .string(),
            "a=1");
  const json::Value raw = echoed(
      "{method: 'PUT', url: 'http://echo/', sendBody: true, contentType: 'raw', rawContentType: "
      "'text/x', body: 'hey'}");
  EXPECT_EQ(raw["body"].string(), "hey");
  EXPECT_EQ(raw["headers"]["content-type"].string(), "text/x");
  const json::Value parts = echoed(
      "{method: 'POST', url: 'http://echo/', sendBody: true, contentType: 'multipart-form-data', "
      "bodyParameters: {parameters: [{name: 'a', value: 'x'}]}}");
  EXPECT_THAT(std::string(parts["headers"]["content-type"].string()),
              testing::StartsWith("multipart/form-data; boundary=vaettir-"));
  EXPECT_THAT(std::string(parts["body"].string()),
              HasSubstr("Content-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--vaettir-"));
  EXPECT_THAT(run("{method: 'POST', url: 'http://echo/', sendBody: true, contentType: "
                  "'binaryData', inputDataFieldName: 'f'}"),
              HasSubstr("not available yet"));
}

TEST_F(HttpRequests, AnswersBecomeItems) {
  target("list", 200, "application/json; charset=utf-8", R"([{"a":1},{"a":2},3])");
  target("nothing", 200, "application/json", "");
  target("null", 200, "application/json", "null");
  target("text", 200, "text/plain; charset=iso-8859-1", "caf\xe9");
  target("broken", 200, "application/json", "{oops");
  target("image", 200, "image/png", "\x89PNG");
  EXPECT_EQ(run("{url: 'http://list/'}"), R"([{"a":1},{"a":2},{"data":3}])");
  EXPECT_EQ(run("{url: 'http://nothing/'}"), "[{}]");
  EXPECT_EQ(run("{url: 'http://null/'}"), "[{}]");
  EXPECT_EQ(run("{url: 'http://text/'}"), R"([{"data":"café"}])");
  EXPECT_EQ(run("{url: 'http://list/', options: {response: {response: {responseFormat: 'text', "
                "outputPropertyName: 't'}}}}"),
            R"([{"t":"[{\"a\":1},{\"a\":2},3]"}])");
  EXPECT_EQ(
      run("{url: 'http://text/', options: {response: {response: {fullResponse: true}}}}"),
      R"([{"data":"café","headers":{"content-type":"text/plain; charset=iso-8859-1"},"statusCode":200,"statusMessage":"OK"}])");
  EXPECT_THAT(run("{url: 'http://broken/'}"), HasSubstr("answered with JSON that cannot be read"));
  EXPECT_EQ(run("{url: 'http://broken/', options: {response: {response: {neverError: true}}}}"),
            "[{}]");
  EXPECT_THAT(run("{url: 'http://image/'}"), HasSubstr("answered with a file (image/png)"));
}

TEST_F(HttpRequests, ErrorsNameWhatHappened) {
  target("missing", 404, "application/json", R"({"message": "no such issue"})");
  target("down", [](http::Exchange& ex, const std::string&) {
    ex.refuse(Cause::kConnectRefused, "127.0.0.1:9001 refuses");
  });
  EXPECT_EQ(run("{url: 'http://user:pass@missing/x?token=secret'}"),
            "error: node 'Node': http://missing/x?... answered 404 Not Found: no such issue");
  EXPECT_EQ(run("{url: 'http://missing/', options: {response: {response: {neverError: true}}}}"),
            R"([{"message":"no such issue"}])");
  EXPECT_THAT(
      run("{method: 'POST', url: 'http://down/validate?key=secret'}"),
      testing::AllOf(testing::StartsWith("error: node 'Node': POST http://down/validate?... failed "
                                         "with connect_refused: 127.0.0.1:9001 refuses ("),
                     HasSubstr("vaettir target set"), testing::Not(HasSubstr("secret"))));
  EXPECT_THAT(run("{url: 'ftp://x/'}"), HasSubstr("parameter 'url': 'ftp://x/' is no address to "
                                                  "call: it must begin with http:// or https://"));
  EXPECT_THAT(run("{url: 'http://a,b/'}"), HasSubstr("its host is not valid"));
  EXPECT_THAT(run("{url: ''}"), HasSubstr("is no address to call"));
  EXPECT_THAT(run("{url: 'http://echo/', authentication: 'genericCredentialType'}"),
              HasSubstr("credentials are not available yet"));
  EXPECT_THAT(run("{url: 'http://echo/', options: {pagination: {pagination: {}}}}"),
              HasSubstr("pagination is not available yet"));
}

TEST_F(HttpRequests, AnErrorStaysWithItsItemWhereItShallGoOn) {
  target("odd", [](http::Exchange& ex, const std::string&) {
    ex.answer(ex.request.path == "/1" ? 500 : 200, "application/json", R"({"ok": true})");
  });
  more_ = R"(, "onError": "continueRegularOutput")";
  EXPECT_EQ(
      run("{url: '=http://odd/{{ $json.n }}'}", "[{n: 0}, {n: 1}, {n: 2}]"),
      R"([{"ok":true},{"error":"node 'Node': http://odd/1 answered 500 Internal Server Error: {\"ok\":true}"},{"ok":true}])");
}

TEST_F(HttpRequests, RedirectsAreFollowedAboveTheTransport) {
  target("hop", [](http::Exchange& ex, const std::string& body) {
    if (ex.request.path == "/end")
      return ex.answer(200, "application/json", json::to_text(seen(ex, body)));
    ex.answer(ex.request.path == "/see" ? 303 : 307, "text/plain", "");
    ex.reply.headers.add("Location", ex.request.path == "/loop" ? "/loop" : "../end?q=1");
  });
  const json::Value see = echoed(
      "{method: 'POST', url: 'http://hop/see', sendBody: true, specifyBody: 'json', jsonBody: "
      "'{}'}");
  EXPECT_EQ(see["method"].string(), "GET");
  EXPECT_EQ(see["target"].string(), "/end?q=1");
  EXPECT_EQ(see["body"].string(), "");
  const json::Value same = echoed(
      "{method: 'POST', url: 'http://hop/again', sendBody: true, specifyBody: 'json', jsonBody: "
      "'{\"a\":1}'}");
  EXPECT_EQ(same["method"].string(), "POST");
  EXPECT_EQ(same["body"].string(), R"({"a":1})");
  EXPECT_THAT(run("{url: 'http://hop/loop'}"), HasSubstr("was redirected 21 times"));
  EXPECT_EQ(run("{url: 'http://hop/again', options: {redirect: {redirect: {followRedirects: "
                "false}}, response: {response: {fullResponse: true}}}}")
                    .find("307") != std::string::npos,
            true);
}

TEST_F(HttpRequests, CredentialsStayWithTheirOriginFromVersion44) {
  target("away", [](http::Exchange& ex, const std::string&) {
    ex.answer(302, "text/plain", "");
    ex.reply.headers.add("Location", "http://echo/");
  });
  const std::string_view parameters =
      "{url: 'http://away/', sendHeaders: true, headerParameters: {parameters: [{name: "
      "'Authorization', value: 'secret'}]}}";
  EXPECT_TRUE(echoed(parameters)["headers"].has("authorization"));
  EXPECT_FALSE(echoed(parameters, "[{}]", 4.4)["headers"].has("authorization"));
}

// A target that never answers.
class Silent final : public http::Service {
 public:
  explicit Silent(Loop& loop) : loop_(loop) {}
  Task<void> serve(http::Exchange&) override { co_await sleep(loop_, std::chrono::hours(1)); }

 private:
  Loop& loop_;
};

TEST_F(HttpRequests, GiveUpAfterTheirTimeout) {
  bench_.targets.add("silent", std::make_unique<Silent>(bench_.loop()));
  EXPECT_THAT(run("{url: 'http://silent/', options: {timeout: 20}}"),
              HasSubstr("GET http://silent/ failed with upstream_timeout"));
}

TEST_F(HttpRequests, ManyAreUnderWayTogetherAndStayInOrder) {
  std::string items = "[";
  for (int i = 0; i < 200; ++i) items += fmt::format("{{n: {}}},", i);
  bench_.load_node("httpRequest", 4.2,
                   "{url: '=http://echo/{{ $json.n }}', options: {batching: {batch: {batchSize: "
                   "50, batchInterval: 1}}}}");
  const Result<Outputs> out = bench_.run(items + "]");
  ASSERT_TRUE(out.has_value());
  ASSERT_EQ((*out)[0].size(), 200u);
  EXPECT_EQ((*out)[0][199].json["target"].string(), "/199");
  EXPECT_EQ((*out)[0][199].paired.all()[0].item, 199u);
}

TEST(Url, ResolvesReferences) {
  const Url base = *Url::parse("https://user:p@Example.org:8443/a/b/c?x=1");
  EXPECT_EQ(base.text(), "https://example.org:8443/a/b/c?x=1");
  EXPECT_EQ(base.shown(), "https://example.org:8443/a/b/c?...");
  EXPECT_EQ(base.user_info, "user:p");
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"d", "https://example.org:8443/a/b/d"},
      {"/d?y", "https://example.org:8443/d?y"},
      {"../d/./e", "https://example.org:8443/a/d/e"},
      {"?z=2", "https://example.org:8443/a/b/c?z=2"},
      {"//other/x", "https://other/x"},
      {"http://other/x", "http://other/x"},
      {"", "https://example.org:8443/a/b/c?x=1"},
      {"../../../..", "https://example.org:8443/"},
      {"/go?to=http://x/", "https://example.org:8443/go?to=http://x/"},
  };
  for (const auto& [reference, wanted] : cases)
    EXPECT_EQ(base.resolve(reference)->text(), wanted) << reference;
  EXPECT_FALSE(base.resolve("ftp://x/").has_value());
  EXPECT_EQ(Url::parse("http://[::1]:80/ü")->text(), "http://[::1]:80/%C3%BC");
  EXPECT_TRUE(base.same_origin(*Url::parse("https://example.org:8443/")));
  EXPECT_FALSE(base.same_origin(*Url::parse("https://example.org/")));
}

TEST(Form, NamesInPartsCannotBreakOut) {
  EXPECT_THAT(multipart_text({{"a\"\r\nb", "v"}}, "x"), HasSubstr("name=\"a%22%0D%0Ab\""));
}

}  // namespace
}  // namespace vaettir::engine
