// Golden tests of check and explain, a folder per case under tests/golden:
//
//   check/<case>/input.yml        the file, or main.yml (the main file) and further *.yml (route
//   files) check/<case>/environment      NAME=value lines; optional check/<case>/options words:
//   --json --print-effective --public --http ADDR:PORT ...; optional explain/<case>/request METHOD
//   URL, then "Name: value" lines; "from: IP" sets the client <case>/expected.txt           what is
//   printed, then "exit N"
//
// VAETTIR_GOLDEN_WRITE=1 in the environment writes expected.txt anew; read the difference before
// committing it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/core/text.h"
#include "routes/check.h"
#include "routes/explain.h"
#include "tests/unit/routes/test_catalog.h"

namespace vaettir::routes {
namespace {

namespace fs = std::filesystem;

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

struct Case {
  std::string name;
  fs::path folder;
  std::vector<SourceFile> files;
  Environment environment;
  Overrides overrides;
  CheckOptions options;
};

void read_options(Case& one) {
  std::istringstream words(slurp(one.folder / "options"));
  for (std::string word; words >> word;) {
    if (word == "--json") one.options.json = true;
    if (word == "--print-effective") one.options.print_effective = true;
    if (word == "--public") one.overrides.is_public = true;
    if (word == "--http") words >> one.overrides.http.emplace();
    if (word == "--https") words >> one.overrides.https.emplace();
    if (word == "--console") words >> one.overrides.console.emplace();
  }
}

Case read_case(const fs::path& folder) {
  Case one{.name = folder.filename(), .folder = folder};
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::string name = entry.path().filename();
    bool source = name.ends_with(".yml") || name.ends_with(".toml");
    if (!source) continue;
    bool main = name == "input.yml" || name == "main.yml" || name == "input.toml";
    one.files.push_back(
        {name, slurp(entry.path()), main ? SourceFile::Role::kMain : SourceFile::Role::kRoutes});
  }
  std::sort(one.files.begin(), one.files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.name < b.name; });
  auto environment = parse_env_file(slurp(folder / "environment"), "environment");
  EXPECT_TRUE(environment) << folder;
  if (environment) one.environment = *std::move(environment);
  read_options(one);
  return one;
}

std::string run_check(const Case& one) {
  schema::Catalog catalog = test_catalog();
  CheckOutput out = check({one.files, one.environment, catalog,
                           targets_from_environment(one.environment), one.overrides},
                          one.options);
  return out.text + fmt::format("exit {}\n", out.exit_code);
}

std::string run_explain(const Case& one) {
  schema::Catalog catalog = test_catalog();
  LoadResult loaded = load({one.files, one.environment, catalog,
                            targets_from_environment(one.environment), one.overrides});
  if (!loaded.table) return loaded.report.render() + "exit 2\n";
  std::istringstream lines(slurp(one.folder / "request"));
  std::string method, url, line;
  lines >> method >> url;
  std::getline(lines, line);
  std::vector<std::pair<std::string, std::string>> headers;
  IpAddress client = IpAddress::v4({127, 0, 0, 1});
  while (std::getline(lines, line)) {
    std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::string name = line.substr(0, colon), value(trim(std::string_view(line).substr(colon + 1)));
    if (name == "from") {
      client = IpAddress::parse(value).value();
    } else {
      headers.emplace_back(name, value);
    }
  }
  auto request = explain_request(*loaded.table, method, url, headers, client);
  if (!request) return fmt::format("{}\nexit 2\n", request.error().text());
  Explanation explanation = explain(*loaded.table, *request);
  std::string out = one.options.json ? json::to_text(to_json(explanation, loaded.report), 2) + "\n"
                                     : to_text(explanation, loaded.report);
  return out + fmt::format("exit {}\n", explanation.route == nullptr ? 1 : 0);
}

class Golden : public testing::TestWithParam<fs::path> {};

TEST_P(Golden, PrintsWhatIsExpected) {
  Case one = read_case(GetParam());
  bool explains = GetParam().parent_path().filename() == "explain";
  std::string printed = explains ? run_explain(one) : run_check(one);
  fs::path expected = one.folder / "expected.txt";
  if (std::getenv("VAETTIR_GOLDEN_WRITE") != nullptr) std::ofstream(expected) << printed;
  ASSERT_TRUE(fs::exists(expected)) << "no expected.txt; what is printed:\n" << printed;
  EXPECT_EQ(printed, slurp(expected)) << one.folder;
}

std::vector<fs::path> cases() {
  std::vector<fs::path> out;
  for (const char* kind : {"check", "explain"}) {
    fs::path root = fs::path(VAETTIR_SOURCE_DIR) / "tests/golden" / kind;
    for (const auto& entry : fs::directory_iterator(root)) {
      if (entry.is_directory()) out.push_back(entry.path());
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

INSTANTIATE_TEST_SUITE_P(Files, Golden, testing::ValuesIn(cases()), [](const auto& info) {
  std::string name =
      info.param.parent_path().filename().string() + "_" + info.param.filename().string();
  std::replace_if(name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
  return name;
});

TEST(GoldenFiles, AreManyEnough) {
  std::size_t checks = 0, explains = 0;
  for (const fs::path& each : cases()) {
    (each.parent_path().filename() == "check" ? checks : explains)++;
  }
  EXPECT_GE(checks, 40U);
  EXPECT_GE(explains, 15U);
}

}  // namespace
}  // namespace vaettir::routes
