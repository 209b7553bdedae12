#include "base/schema/reader.h"

#include <gtest/gtest.h>

#include "base/schema/catalog.h"
#include "base/schema/json_schema.h"
#include "base/schema/writer.h"

namespace vaettir::schema {
namespace {

using namespace std::chrono_literals;

struct Even {
  int number = 0;
  static constexpr std::string_view kKind = "an even number";
  static Result<Even> from_text(std::string_view text) {
    int number = std::atoi(std::string(text).c_str());
    if (number % 2 != 0) return fail(Cause::kBadRequest, "not divisible by two");
    return Even{number};
  }
  std::string text() const { return std::to_string(number); }
};

struct Inner {
  std::string name = "inner";
  template <class V>
  void fields(V& v) {
    v("name", name, "A name", required);
  }
};

struct Config {
  bool on = false;
  std::int32_t number = 7;
  std::uint16_t port = 80;
  double share = 0.5;
  std::string text = "default";
  Duration period = 1s;
  ByteSize size{1024};
  Secret secret;
  std::vector<std::string> list;
  Map<std::string> map;
  Map<Inner> inners;
  std::vector<Inner> inner_list;
  std::optional<Inner> maybe;
  std::optional<Duration> limit;
  Located<std::string> located;
  Even even;
  NotYet later;
  template <class V>
  void fields(V& v) {
    v("on", on, "Switch");
    v("number", number, "A number", Range{-10, 10});
    v("port", port, "A port");
    v("share", share, "A share");
    v("text", text, "A text", OneOf{{"default", "Other"}});
    v("period", period, "A time", Range{0.5, 120});
    v("size", size, "A size");
    v("secret", secret, "A secret");
    v("list", list, "A list", non_empty);
    v("map", map, "A map");
    v("inners", inners, "Named structs");
    v("innerList", inner_list, "Structs");
    v("maybe", maybe, "A struct or nothing");
    v("limit", limit, "A time or nothing");
    v("located", located, "A text with its place");
    v("even", even, "An even number");
    v.not_yet(later, "it has no effect", {"future"});
    v.unsupported("never", "use 'text'");
  }
  Result<> validate() const {
    if (text == "Other" && number == 0) return fail(Cause::kBadRequest, "cannot be both");
    return {};
  }
};

struct Outcome {
  Config config;
  bool ok = false;
  Report report;
};

Outcome read_text(std::string text) {
  Outcome out;
  SourceId source = out.report.add_source("f.yml", std::move(text));
  Node node = parse_yaml(source, {}, out.report);
  out.ok = read(node, out.config, out.report, Owner{"'thing'", Location{source, 0, 0, 1}, ""});
  return out;
}

// "line:column message [hint]" of the only finding.
std::string only(const std::string& text) {
  Outcome out = read_text(text);
  std::vector<Diagnostic> found = out.report.sorted();
  EXPECT_EQ(found.size(), 1U) << out.report.render();
  if (found.empty()) return "";
  const Diagnostic& one = found[0];
  return fmt::format("{}:{} {}{}", one.at.line, one.at.column, one.message,
                     one.hint.empty() ? "" : " [" + one.hint + "]");
}

TEST(Reader, ReadsEveryType) {
  Outcome out = read_text(
      "ON: \"T\"\nnumber: -3\nport: 0x50\nshare: 1\ntext: other\nperiod: 1m30s\nsize: 64KiB\n"
      "secret: s3cret\nlist: [a, 1]\nmap: {x: 1, y: }\ninners: {b: {name: p}, a: {name: q}}\n"
      "innerList: [{name: r}]\nmaybe: {name: s}\nlimit: 10\nlocated: here\neven: 4\n");
  ASSERT_TRUE(out.ok) << out.report.render();
  const Config& config = out.config;
  EXPECT_TRUE(config.on);
  EXPECT_EQ(config.number, -3);
  EXPECT_EQ(config.port, 80);
  EXPECT_EQ(config.share, 1.0);
  EXPECT_EQ(config.text, "Other");
  EXPECT_EQ(config.period, 90s);
  EXPECT_EQ(config.size.count, 65536U);
  EXPECT_EQ(config.secret.reveal(), "s3cret");
  EXPECT_EQ(config.list, (std::vector<std::string>{"a", "1"}));
  EXPECT_EQ(*config.map.find("x"), "1");
  EXPECT_EQ(*config.map.find("y"), "");
  EXPECT_EQ(config.inners.items[0].name, "b");
  EXPECT_EQ(config.inners.items[1].at, (Location{0, 11, 24, 1}));
  EXPECT_EQ(config.inner_list[0].name, "r");
  EXPECT_EQ(config.maybe->name, "s");
  EXPECT_EQ(config.limit, 10s);
  EXPECT_EQ(config.located.within(1, 2), (Location{0, 15, 11, 2}));
  EXPECT_EQ(config.even.number, 4);
}

TEST(Reader, BooleansAreThoseOfGo) {
  for (const char* text : {"1", "t", "T", "TRUE", "true", "True"}) {
    EXPECT_TRUE(read_text(std::string("on: ") + text).config.on) << text;
  }
  for (const char* text : {"0", "f", "F", "FALSE", "false", "False"}) {
    EXPECT_TRUE(read_text(std::string("on: ") + text).ok) << text;
  }
  EXPECT_EQ(only("on: yes"), "1:5 'on' must be a boolean [true or false]");
}

TEST(Reader, NullCountsAsNotGiven) {
  Outcome out = read_text("number:\ntext: ~\n");
  EXPECT_TRUE(out.ok);
  EXPECT_EQ(out.config.number, 7);
  EXPECT_EQ(only("maybe:\n"),
            "1:1 'maybe' is empty and has no effect [write 'maybe: {}' to switch it on]");
}

TEST(Reader, WrongTypesAreNamed) {
  EXPECT_EQ(only("number: x"), "1:9 'number' must be an integer");
  EXPECT_EQ(only("number: 9999999999"), "1:9 'number' must be between -2147483648 and 2147483647");
  EXPECT_EQ(only("port: 70000"), "1:7 'port' must be between 0 and 65535");
  EXPECT_EQ(only("port: -1"), "1:7 'port' must be between 0 and 65535");
  EXPECT_EQ(only("share: much"), "1:8 'share' must be a number");
  EXPECT_EQ(only("text: [a]"), "1:7 'text' must be text [this is a list]");
  EXPECT_EQ(only("period: 10 sec"), "1:9 'period' must be a duration [such as 500ms, 10s or 5m]");
  EXPECT_EQ(only("size: 1XB"),
            "1:7 'size' must be a number of bytes [such as 65536, 64KiB or 1MB]");
  EXPECT_EQ(only("list: a"), "1:7 'list' must be a list [write [a]]");
  EXPECT_EQ(only("map: []"), "1:6 'map' must be a mapping from names to values [this is a list]");
  EXPECT_EQ(only("even: 3"), "1:7 'even' must be an even number [not divisible by two]");
  EXPECT_EQ(only("maybe: x"), "1:8 'maybe' must be a mapping [this is text]");
  EXPECT_EQ(only("text"), "1:1 'thing' must be a mapping [this is text]");
}

TEST(Reader, ConstraintsAreChecked) {
  EXPECT_EQ(only("number: 11"), "1:9 'number' must be between -10 and 10");
  EXPECT_EQ(only("period: 2h"), "1:9 'period' must be between 0.5 and 120");
  EXPECT_EQ(only("text: third"), "1:7 'text' cannot be 'third' [one of: default, Other]");
  EXPECT_EQ(only("list: []"), "1:7 'list' must not be empty");
  EXPECT_EQ(only("maybe: {}"), "1:1 'maybe' needs 'name'");
  EXPECT_EQ(only("inners: {a: {}}"), "1:10 inner 'a' needs 'name'");
  EXPECT_EQ(only("innerList: [{}]"), "1:13 an entry of 'innerList' needs 'name'");
  EXPECT_EQ(only("text: other\nnumber: 0"), "0:0 'thing' cannot be both");
}

TEST(Reader, UnknownKeysGetASuggestion) {
  EXPECT_EQ(only("nubmer: 1"), "1:1 'thing' has no field 'nubmer' [did you mean 'number'?]");
  EXPECT_EQ(only("maybe: {name: a, zzzzzzzzz: 1}"),
            "1:18 'maybe' has no field 'zzzzzzzzz' [known: name]");
}

TEST(Reader, AllErrorsAreFoundAtOnce) {
  Outcome out = read_text("number: x\nport: y\nlist: []\nwhat: 1\n");
  EXPECT_FALSE(out.ok);
  EXPECT_EQ(out.report.count(Severity::kError), 4U);
}

TEST(Reader, KnownButNotBuiltKeysAreNoticesAndRemembered) {
  Outcome out = read_text("future: {a: 1}\n");
  EXPECT_TRUE(out.ok);
  EXPECT_EQ(out.config.later.keys, std::vector<std::string>{"future"});
  EXPECT_EQ(out.report.count(Severity::kNotice), 1U);
  EXPECT_FALSE(out.report.has_errors());
}

TEST(Reader, AKeyThatAsksForNothingIsNoUseOfIt) {
  for (const char* text : {"future: false", "future: []", "future:"}) {
    Outcome out = read_text(text);
    EXPECT_TRUE(out.ok && out.report.sorted().empty() && !out.config.later.any()) << text;
  }
  EXPECT_TRUE(read_text("future: {}").config.later.any());
}

TEST(Reader, UnsupportedKeysAreIsolatedErrors) {
  Outcome out = read_text("never: 1\n");
  EXPECT_TRUE(out.report.has_errors());
  EXPECT_FALSE(out.report.broken());
  EXPECT_EQ(only("never: 1"), "1:1 'never' is not supported [instead use 'text']");
}

TEST(Report, StarsCoverSecrets) {
  Outcome out = read_text("{secret: \"s3cret\", nubmer: 1}\n");
  EXPECT_EQ(out.report.render(),
            "f.yml:1:20: error: 'thing' has no field 'nubmer'\n"
            "    {secret: ********, nubmer: 1}\n"
            "                       ^^^^^^ did you mean 'number'?\n");
}

TEST(Report, CaretsStandUnderCharactersNotBytes) {
  Outcome out = read_text("{text: h\xC3\xA9h\xC3\xA9, nubmer: 1}\n");
  EXPECT_NE(out.report.render().find("\n                 ^^^^^^ did"), std::string::npos)
      << out.report.render();
}

TEST(Writer, FillsInDefaultsAndHidesSecrets) {
  Config config;
  config.secret = Secret("s3cret");
  json::Value shown = write(config);
  EXPECT_EQ(shown["secret"].string(), kHidden);
  EXPECT_EQ(shown["period"].string(), "1s");
  EXPECT_EQ(shown["size"].string(), "1KiB");
  EXPECT_TRUE(shown["maybe"].is_undefined());
  EXPECT_FALSE(json::to_text(shown).contains("s3cret"));
}

TEST(Writer, HashTellsSettingsApartBySecretsToo) {
  Config a, b;
  EXPECT_EQ(structural_hash(a), structural_hash(b));
  b.secret = Secret("x");
  EXPECT_NE(structural_hash(a), structural_hash(b));
  b = a;
  b.map.items.push_back({"k", {}, "v"});
  EXPECT_NE(structural_hash(a), structural_hash(b));
}

TEST(Writer, PlacesDoNotChangeTheHash) {
  Config a = read_text("list: [a]\nlocated: x\n").config;
  Config b = read_text("\n\nlocated: x\nlist:\n  - a\n").config;
  EXPECT_EQ(structural_hash(a), structural_hash(b));
}

TEST(JsonSchema, DescribesTypesDefaultsAndConstraints) {
  json::Value schema = json_schema<Config>();
  const json::Value& fields = schema["properties"];
  EXPECT_EQ(schema["additionalProperties"], json::Value(false));
  EXPECT_EQ(
      json::to_text(fields["number"]),
      R"({"type":"integer","default":7,"minimum":-10,"maximum":10,"description":"A number"})");
  EXPECT_EQ(json::to_text(fields["text"]["enum"]), R"(["default","Other"])");
  EXPECT_EQ(fields["period"]["format"].string(), "duration");
  EXPECT_EQ(json::to_text(fields["inners"]["additionalProperties"]["required"]), R"(["name"])");
  EXPECT_FALSE(fields.has("future"));
}

constexpr CatalogEntry kThing = catalog_entry<Config>("thing", "A thing");

TEST(Catalog, ParsesThroughTheErasedType) {
  Catalog catalog({&kThing});
  const CatalogEntry* entry = catalog.find("THING");
  ASSERT_EQ(entry, &kThing);
  EXPECT_EQ(catalog.find("other"), nullptr);
  Report report;
  Node node = parse_yaml(report.add_source("f.yml", "number: 3\n"), {}, report);
  Settings settings = entry->read(node, report, Owner{"'thing'", {}, ""});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings.as<Config>().number, 3);
  EXPECT_EQ(settings.type().name, "thing");
  EXPECT_EQ(settings.shown()["number"], json::Value(3));
  EXPECT_EQ(settings.hash(), structural_hash(settings.as<Config>()));
  EXPECT_EQ(catalog.json_schema()["properties"]["thing"]["description"].string(), "A thing");
}

TEST(Catalog, GivesNothingWhenTheSettingsAreWrong) {
  Report report;
  Node node = parse_yaml(report.add_source("f.yml", "number: x\n"), {}, report);
  EXPECT_FALSE(kThing.read(node, report, Owner{"'thing'", {}, ""}));
  EXPECT_TRUE(report.broken());
}

TEST(ByteSize, Forms) {
  EXPECT_EQ(ByteSize::parse("1")->count, 1U);
  EXPECT_EQ(ByteSize::parse("1k")->count, 1000U);
  EXPECT_EQ(ByteSize::parse("2 MiB")->count, 2U << 20);
  EXPECT_EQ(ByteSize::parse("3gb")->count, 3'000'000'000U);
  EXPECT_EQ(ByteSize{65536}.text(), "64KiB");
  EXPECT_EQ(ByteSize{1000}.text(), "1000");
  for (const char* text : {"", "k", "-1", "1.5k", "99999999999GiB", "1 XB"}) {
    EXPECT_FALSE(ByteSize::parse(text)) << text;
  }
}

}  // namespace
}  // namespace vaettir::schema
