#include "engine/expressions/evaluator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/corpus.h"
#include "tests/unit/engine/fake_runs.h"

namespace vaettir::engine {
namespace {

using testing::HasSubstr;

// Trigger -> Split (If with two outputs) -> Here; "Late" has not run, "Apart" is not connected.
class Expressions : public testing::Test {
 protected:
  Expressions() {
    workflow_ = *read_workflow(R"({
      "id": "wf1", "name": "My flow", "active": true,
      "nodes": [{"name": "Trigger", "type": "t"}, {"name": "Split", "type": "t"}, {"name": "Here", "type": "t"},
                {"name": "Late", "type": "t"},
                {"name": "Apart", "type": "t"}, {"name": "A \"b\" 'c'", "type": "t"}],
      "connections": {"Trigger": {"main": [[{"node": "Split"}]]}, "Split": {"main": [[], [{"node": "Here"}]]},
                      "Here": {"main": [[{"node": "Late"}]]}}
    })",
                               "flow.json");
    runs_.add(
        0,
        {{items(
             R"([{"json": {"id": 10, "list": [1, {"x": "deep"}]}}, {"json": {"id": 11}}, {"json": {"id": 12}}])")},
         {}});
    runs_.add(
        1,
        {{items("[]"),
          items(
              R"([{"json": {"split": true}, "pairedItem": 2}, {"json": {}, "pairedItem": {"item": 0}}])")},
         {Source{0, 0, 0}}});
    runs_.add(4, {{items(R"([{"json": {"n": "first run"}}])")}, {}});
    runs_.add(4, {{items(R"([{"json": {"n": "second run"}}])")}, {}});
    runs_.add(5, {{items(R"([{"json": {"q": 1}}])")}, {}});
    inputs_ = {items(
        R"([{"json": {"a": {"b": [{"c": "found"}, 2]}, "a b": "spaced", "n": 0, "f": false, "t": "text", "z": null,
                           "big": 1e21, "é": "accent", "emoji": "a😀b", "o": {"k": 1}, "l": [1, [2, null], {"k": 1}]},
                          "binary": {"data": {"mimeType": "image/png"}}},
                         {"json": {"t": "second"}}])")};
    environment_ = {{"TOKEN", "secret"}};
    execution_ = {"42", "webhook", "https://example.org/webhook-waiting/42"};
  }

  static Items items(std::string_view text) { return items_from_value(*json::parse(text)); }

  Result<json::Value> evaluate(std::string_view text, std::size_t item = 0) {
    const Vantage from{*workflow_, runs_, execution_, allowed_ ? &environment_ : nullptr,
                       2,          3,     inputs_,    sources_};
    return Expression::parse(text).evaluate(from, item);
  }
  // The value as JSON; "undefined" for that.
  std::string value(std::string_view text, std::size_t item = 0) {
    const Result<json::Value> result = evaluate(text, item);
    if (!result) return "error: " + std::string(result.error().text());
    return result->is_undefined() ? "undefined" : json::to_text(*result);
  }

  using Pair = std::pair<std::string_view, std::string_view>;
  void check(std::span<const Pair> cases) {
    for (const auto& [text, wanted] : cases) EXPECT_EQ(value(text), wanted) << text;
  }

  WorkflowPtr workflow_;
  FakeRuns runs_;
  std::vector<Items> inputs_;
  std::vector<std::optional<Source>> sources_{Source{1, 1, 0}};
  Environment environment_;
  ExecutionFacts execution_;
  bool allowed_ = true;
};

TEST_F(Expressions, PathsKeepTheTypeOfTheirValue) {
  const Pair cases[] = {
      {"={{ $json.a.b[0].c }}", R"("found")"},
      {"={{$json.a.b[1]}}", "2"},
      {"={{ $json[\"a b\"] }}", R"("spaced")"},
      {"={{ $json['a']['b'][0]['c'] }}", R"("found")"},
      {"={{ $json[`a b`] }}", R"("spaced")"},
      {"={{ $json.a\n  .b [ 1 ] }}", "2"},
      {"={{ $json?.a?.b?.[1] }}", "2"},
      {"={{ $json?.['a b'] }}", R"("spaced")"},
      {"={{ $data.t }}", R"("text")"},
      {"={{ $json.é }}", R"("accent")"},
      {"={{ $json.n }}", "0"},
      {"={{ $json.f }}", "false"},
      {"={{ $json.z }}", "null"},
      {"={{ $json.o }}", R"({"k":1})"},
      {"={{ $json.a.b['1'] }}", "2"},
      {"={{ $json.nothing }}", "undefined"},
      {"={{ $json.nothing.at.all }}", "undefined"},
      {"={{ $json.z.deeper }}", "undefined"},
      {"={{ $json.n.deeper[3] }}", "undefined"},
      {"={{ $json.a.b.length }}", "2"},
      {"={{ $json.emoji.length }}", "4"},
      {"={{ $json.t[0] }}", R"("t")"},
      {"={{ $json.t[9] }}", "undefined"},
      {"={{ $binary.data.mimeType }}", R"("image/png")"},
      {"={{ $itemIndex }}", "0"},
      {"={{ $runIndex }}", "3"},
      {"={{ $mode }}", R"("webhook")"},
      {"={{ $env.TOKEN }}", R"("secret")"},
      {"={{ $env['TOKEN'] }}", R"("secret")"},
      {"={{ $env.UNSET }}", "undefined"},
      {"={{ $execution.id }}", R"("42")"},
      {"={{ $executionId }}", R"("42")"},
      {"={{ $execution.mode }}", R"("production")"},
      {"={{ $execution.resumeUrl }}", R"("https://example.org/webhook-waiting/42")"},
      {"={{ $workflow.id }}", R"("wf1")"},
      {"={{ $workflow.name }}", R"("My flow")"},
      {"={{ $workflow.active }}", "true"},
      {"={{ $prevNode.name }}", R"("Split")"},
      {"={{ $prevNode.outputIndex }}", "1"},
      {"={{ $input.item.json.t }}", R"("text")"},
      {"={{ $input.first().json.t }}", R"("text")"},
      {"={{ $input.last().json.t }}", R"("second")"},
      {"={{ $input.all()[1].json.t }}", R"("second")"},
      {"={{ $input.all().length }}", "2"},
      {"={{ $input.all()[7] }}", "undefined"},
  };
  check(cases);
  EXPECT_EQ(value("={{ $json.t }}", 1), R"("second")");
  EXPECT_EQ(value("={{ $json.emoji[1] }}"), "\"\\ud83d\"") << "half of a surrogate pair";
}

TEST_F(Expressions, PathsReachOtherNodes) {
  const Pair cases[] = {
      {"={{ $('Trigger').item.json.id }}", "12"},
      {"={{ $(\"Trigger\").item.json.id }}", "12"},
      {"={{ $('Split').item.json.split }}", "true"},
      {"={{ $('Trigger').first().json.id }}", "10"},
      {"={{ $('Trigger').last().json.id }}", "12"},
      {"={{ $('Trigger').all()[1].json.id }}", "11"},
      {"={{ $('Trigger').all().length }}", "3"},
      {"={{ $('Trigger').first().json.list[1].x }}", R"("deep")"},
      {"={{ $('Split').first(0).json }}", "undefined"},
      {"={{ $('Split').first(1).json.split }}", "true"},
      {"={{ $('Apart').first().json.n }}", R"("second run")"},
      {"={{ $('Apart').first(0, 0).json.n }}", R"("first run")"},
      {"={{ $('Trigger').isExecuted }}", "true"},
      {"={{ $('Late').isExecuted }}", "false"},
      {"={{ $node['Trigger'].json.id }}", "10"},
      {"={{ $node.Trigger.json.id }}", "10"},
      {"={{ $node[\"Trigger\"].data.id }}", "10"},
      {"={{ $items('Trigger')[1].json.id }}", "11"},
      {"={{ $items('Split', 1)[0].json.split }}", "true"},
      {"={{ $items('Apart', 0, 0)[0].json.n }}", R"("first run")"},
      {"={{ $('A \"b\" \\'c\\'').first().json.q }}", "1"},
      {"={{ $('A \\u0022b\\x22 \\'c\\'').first().json.q }}", "1"},
  };
  check(cases);
  EXPECT_EQ(value("={{ $('Trigger').item.json.id }}", 1), "10");
}

TEST_F(Expressions, LiteralsAreTheirOwnValue) {
  const Pair cases[] = {
      {"={{ true }}", "true"},           {"={{ null }}", "null"}, {"={{ undefined }}", "undefined"},
      {"={{ 12.5 }}", "12.5"},           {"={{ -3 }}", "-3"},     {"={{ 'it\\'s' }}", R"("it's")"},
      {"={{ \"a\\nb\" }}", R"("a\nb")"}, {"={{ }}", "undefined"},
  };
  check(cases);
}

TEST_F(Expressions, MixedWithTextTheyAreJoinedAsN8nDoes) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"=Hello, {{ $json.t }}!", "Hello, text!"},
      {"={{ $json.t }} ", "text "},
      {"= {{ $json.t }}", " text"},
      {"={{ $json.t }}{{ $json.n }}", "text0"},
      {"=<{{ $json.n }}|{{ $json.f }}|{{ $json.z }}|{{ $json.nothing }}|{{ $json.o }}>",
       "<0|false|||[object Object]>"},
      {"=[{{ $json.l }}]", "[1,2,,[object Object]]"},
      {"={{ $json.big }} and {{ 0.1 }}", "1e+21 and 0.1"},
      {"=plain", "plain"},
      {"=", ""},
      {"=\\{{ $json.t }}", "{{ $json.t }}"},
      {"=a \\\\{{ $json.t }}", "a \\\\text"},
      {"=open {{ $json.t", "open {{ $json.t"},
      {"=closed }} only", "closed }} only"},
      {"=two\n{{ $json.t }}\nlines", "two\ntext\nlines"},
  };
  for (const auto& [text, wanted] : cases) {
    EXPECT_EQ(value(text), json::to_text(json::Value(wanted))) << text;
  }
}

TEST_F(Expressions, WhatNeedsJavaScriptSaysSo) {
  for (const std::string_view text : {"={{ $json.a + 1 }}",
                                      "={{ $json.t.toUpperCase() }}",
                                      "={{ $now }}",
                                      "={{ $json[$json.t] }}",
                                      "={{ [1, 2] }}",
                                      "={{ { a: 1 } }}",
                                      "={{ $json.a ? 1 : 2 }}",
                                      "={{ `${$json.t}` }}",
                                      "={{ $json.constructor }}",
                                      "={{ $json['__proto__'] }}",
                                      "={{ !$json.f }}",
                                      "={{ $json.toString }}",
                                      "={{ 1.toString() }}",
                                      "={{ 0x10 }}",
                                      "={{ $('Trigger') }}",
                                      "={{ $('Trigger').params }}",
                                      "={{ $node['Trigger'].parameter.x }}",
                                      "={{ $input.first(1) }}",
                                      "={{ $('Trigger').first }}",
                                      "={{ JSON.stringify($json) }}",
                                      "={{ $json. }}",
                                      "={{ $json..a }}",
                                      "={{ $json.a; }}",
                                      "={{ 'open }}",
                                      "={{ $json[-1] }}",
                                      "={{ $json.a b }}",
                                      "={{ $vars.x }}"}) {
    EXPECT_FALSE(Expression::parse(text).is_plain()) << text;
    EXPECT_THAT(value(text), HasSubstr("needs JavaScript")) << text;
  }
  EXPECT_EQ(value("=Now: {{ $now.toISO() }}")
                .find("error: the expression {{ $now.toISO() }} needs JavaScript"),
            0u);
}

TEST_F(Expressions, ErrorsNameWhatIsMissing) {
  EXPECT_THAT(value("={{ $('Late').first().json.x }}"), HasSubstr("node 'Late' has not run"));
  EXPECT_THAT(value("={{ $('Nowhere').first() }}"), HasSubstr("no node named 'Nowhere'"));
  EXPECT_THAT(value("={{ $node['Trigger'].json.id }}", 7),
              HasSubstr("none in the position of item 7"));
  EXPECT_THAT(value("={{ $('Apart').first(0, 5) }}"), HasSubstr("has no run 5"));
  EXPECT_THAT(value("={{ $('Apart').item.json.n }}"), HasSubstr("no connection leads from it"));
  EXPECT_THAT(value("={{ $('Late').item.json.n }}"), HasSubstr("has not run"));
  allowed_ = false;
  EXPECT_THAT(value("={{ $env.TOKEN }}"), HasSubstr("not allowed"));
}

TEST_F(Expressions, JsonTextPutsObjectsInAsJson) {
  const Vantage from{*workflow_, runs_, execution_, nullptr, 2, 0, inputs_, sources_};
  EXPECT_EQ(
      *Expression::parse(
           R"(={"o": {{ $json.o }}, "t": "{{ $json.t }}", "z": {{ $json.z }}, "u": {{ $json.u }}})")
           .evaluate_as_json(from, 0),
      R"({"o": {"k":1}, "t": "text", "z": null, "u": undefined})");
}

TEST_F(Expressions, TextWithoutCodeIsFixed) {
  EXPECT_EQ(Expression::parse("=lastNode").fixed_text(), "lastNode");
  EXPECT_EQ(Expression::parse("=").fixed_text(), "");
  EXPECT_EQ(Expression::parse("={{ 1 }}").fixed_text(), std::nullopt);
}

TEST(ExpressionCorpus, MostRealExpressionsArePlain) {
  SKIP_WITHOUT_CORPUS();
  const std::string text = contents(*corpus() / "expressions.jsonl");
  std::size_t distinct = 0;
  std::size_t uses = 0;
  std::size_t plain_uses = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const Result<json::Value> entry = json::parse(line);
    ASSERT_TRUE(entry.has_value()) << line;
    const auto count = static_cast<std::size_t>((*entry)["n"].number());
    ++distinct;
    uses += count;
    const std::string code((*entry)["e"].string());
    const bool is_plain = Path::parse(code).has_value();
    if (is_plain) plain_uses += count;
    // What calls anything but the accessors, or computes, must never be taken for a path.
    for (const std::string_view mark :
         {"=>", " + ", " ? ", "||", "&&", "JSON.", ".map(", "$now", "${"}) {
      if (code.find(mark) != std::string::npos && code.find('\'') == std::string::npos &&
          code.find('"') == std::string::npos) {
        EXPECT_FALSE(is_plain) << code;
      }
    }
  }
  EXPECT_EQ(distinct, 20000u);
  std::printf("%zu of %zu uses of %zu distinct expressions are plain paths\n", plain_uses, uses,
              distinct);
  EXPECT_GT(plain_uses * 100, uses * 70);
}

}  // namespace
}  // namespace vaettir::engine
