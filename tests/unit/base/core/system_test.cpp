#include "base/core/system.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <set>

namespace vaettir {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class Files : public testing::Test {
 protected:
  Files() {
    std::string name = (fs::temp_directory_path() / "vaettir-files-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
  }
  ~Files() override { fs::remove_all(directory_); }

  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory_), {}));
  }
  static unsigned mode_of(const fs::path& path) {
    struct stat facts{};
    EXPECT_EQ(::stat(path.c_str(), &facts), 0);
    return facts.st_mode & 07777;
  }

  fs::path directory_;
};

TEST_F(Files, AreWrittenWholeAndReadBack) {
  fs::path path = directory_ / "state.json";
  const std::string large(200'000, 'x');
  for (const std::string& content :
       {std::string("one"), std::string(), large, std::string("a\0b", 3)}) {
    ASSERT_TRUE(write_file_atomically(path, content).has_value());
    EXPECT_EQ(read_file(path).value(), content);
  }
  EXPECT_EQ(entries(), 1u);
  EXPECT_EQ(mode_of(path), 0644u);
}

TEST_F(Files, HaveTheModeThatIsAskedFor) {
  const mode_t before = ::umask(0077);
  ASSERT_TRUE(write_file_atomically(directory_ / "key.pem", "secret", 0600).has_value());
  ASSERT_TRUE(write_file_atomically(directory_ / "cert.pem", "public", 0644).has_value());
  ::umask(before);
  EXPECT_EQ(mode_of(directory_ / "key.pem"), 0600u);
  EXPECT_EQ(mode_of(directory_ / "cert.pem"), 0644u);
}

TEST_F(Files, FailuresNamePathAndReasonAndLeaveNothing) {
  Result<std::string> missing = read_file(directory_ / "none");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().cause(), Cause::kInternal);
  EXPECT_THAT(std::string(missing.error().text()), HasSubstr((directory_ / "none").string()));
  EXPECT_THAT(std::string(missing.error().text()), HasSubstr("No such file"));
  EXPECT_FALSE(read_file(directory_).has_value());
  fs::create_directory(directory_ / "folder");
  EXPECT_FALSE(write_file_atomically(directory_ / "folder", "x").has_value());
  EXPECT_FALSE(write_file_atomically(directory_ / "no" / "such", "x").has_value());
  EXPECT_EQ(entries(), 1u);
}

TEST_F(Files, WithoutASizeAreReadToTheirEnd) {
  EXPECT_THAT(read_file("/proc/self/status").value(), HasSubstr("Name:"));
}

TEST(Entropy, IdsAreOfLettersAndDigitsAndDiffer) {
  std::set<std::string> seen;
  std::set<char> letters;
  for (int i = 0; i < 1'000; ++i) {
    std::string id = real_entropy().id(16);
    ASSERT_EQ(id.size(), 16u);
    for (char c : id) {
      ASSERT_TRUE(std::isalnum(static_cast<unsigned char>(c))) << id;
      letters.insert(c);
    }
    seen.insert(id);
  }
  EXPECT_EQ(seen.size(), 1'000u);
  EXPECT_EQ(letters.size(), 62u);
  EXPECT_EQ(real_entropy().id(0), "");
}

class FixedEntropy final : public Entropy {
 public:
  void fill(std::span<unsigned char> bytes) override {
    for (unsigned char& byte : bytes) byte = next_++;
  }

 private:
  unsigned char next_ = 0;
};

TEST(Entropy, ThrowsAwayWhatWouldBeUneven) {
  FixedEntropy entropy;
  EXPECT_EQ(entropy.id(70),
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH");
}

TEST(ProcessEnvironment, HoldsWhatWasExported) {
  ::setenv("VAETTIR_TEST_VALUE", "a=b", 1);
  Environment environment = process_environment();
  EXPECT_EQ(environment.at("VAETTIR_TEST_VALUE"), "a=b");
  ::unsetenv("VAETTIR_TEST_VALUE");
}

Environment read_env(std::string_view text, const Environment& outer = {}) {
  Result<Environment> result = parse_env_file(text, ".env", outer);
  EXPECT_TRUE(result.has_value()) << text << ": " << result.error().text();
  return result.value_or(Environment());
}

std::string env_problem(std::string_view text) {
  Result<Environment> result = parse_env_file(text, ".env");
  return result ? "accepted" : std::string(result.error().text());
}

TEST(EnvFile, ReadsLinesAsDockerCompose) {
  Environment values = read_env(
      "\xef\xbb\xbf# comment\n"
      "\n"
      "PLAIN=value\n"
      "export EXPORTED=yes\r\n"
      "  SPACED  =  inner space \t\n"
      "HASH=pass#word\n"
      "COMMENT=value # not part of it\n"
      "ONLY_COMMENT= # nothing\n"
      "EMPTY=\n"
      "COLON: yaml\n"
      "URL=http://host:80/?a=b&c=d\n"
      "WITHOUT_VALUE\n"
      "export=odd\n"
      "LAST=first\n"
      "LAST=second");
  EXPECT_EQ(values, (Environment{{"PLAIN", "value"},
                                 {"EXPORTED", "yes"},
                                 {"SPACED", "inner space"},
                                 {"HASH", "pass#word"},
                                 {"COMMENT", "value"},
                                 {"ONLY_COMMENT", ""},
                                 {"EMPTY", ""},
                                 {"COLON", "yaml"},
                                 {"URL", "http://host:80/?a=b&c=d"},
                                 {"export", "odd"},
                                 {"LAST", "second"}}));
}

TEST(EnvFile, ReadsQuotes) {
  Environment values = read_env(
      "SINGLE='a $NAME # \\n it\\'s'  # comment\n"
      "DOUBLE=\"a # b\\n\\t\\\"c\\\" \\\\ \\$NAME \\q\"\n"
      "KEY=\"-----BEGIN-----\nabc\r\n-----END-----\n\"\n"
      "AFTER='last'");
  EXPECT_EQ(values["SINGLE"], "a $NAME # \\n it's");
  EXPECT_EQ(values["DOUBLE"], "a # b\n\t\"c\" \\ $NAME \\q");
  EXPECT_EQ(values["KEY"], "-----BEGIN-----\nabc\n-----END-----\n");
  EXPECT_EQ(values["AFTER"], "last");
}

TEST(EnvFile, ReplacesVariables) {
  Environment values = read_env(
      "HOST=example.org\n"
      "URL=https://${HOST}:$PORT/\n"
      "QUOTED=\"$HOST\"\n"
      "DEFAULT=${NONE:-a}${EMPTY:-b}${EMPTY-c}${NONE-d}${HOST:-e}\n"
      "NESTED=${NONE:-${HOST}}\n"
      "OTHER=${HOST:+set}${NONE:+set}${EMPTY+set}${EMPTY:+set}\n"
      "DOLLARS=$$1 $1 $ 5$\n"
      "UNSET=[$NONE]\n",
      {{"PORT", "8443"}, {"EMPTY", ""}});
  EXPECT_EQ(values["URL"], "https://example.org:8443/");
  EXPECT_EQ(values["QUOTED"], "example.org");
  EXPECT_EQ(values["DEFAULT"], "abdexample.org");
  EXPECT_EQ(values["NESTED"], "example.org");
  EXPECT_EQ(values["OTHER"], "setset");
  EXPECT_EQ(values["DOLLARS"], "$1 $1 $ 5$");
  EXPECT_EQ(values["UNSET"], "[]");
}

TEST(EnvFile, ErrorsNameTheLineAndNoValue) {
  EXPECT_EQ(env_problem("A=1\n=secret\n"), ".env:2: a line must be NAME=value, a comment or empty");
  EXPECT_EQ(env_problem("A B=secret"), ".env:1: '=' expected after the name 'A'");
  EXPECT_EQ(env_problem("A=\"x\ny\"\nB='secret"),
            ".env:3: the quote that opens here is not closed");
  EXPECT_EQ(env_problem("A='secret' more"),
            ".env:1: nothing but a comment may follow the closing quote");
  EXPECT_EQ(env_problem("A=${SECRET"), ".env:1: '${' without '}'");
  EXPECT_EQ(env_problem("A=${1}"), ".env:1: a name expected after '${'");
  EXPECT_EQ(env_problem("\nA=${TOKEN:?secret}"), ".env:2: 'TOKEN' must be set");
  EXPECT_EQ(env_problem("A=${TOKEN:}"), ".env:1: '${TOKEN:' needs '-', '?' or '+'");
  EXPECT_EQ(env_problem("A=${TOKEN/x}"), ".env:1: '}' expected after '${TOKEN'");
  std::string deep;
  for (int i = 0; i < 5'000; ++i) deep += "${A:-";
  EXPECT_EQ(env_problem("B=" + deep + std::string(5'000, '}')),
            ".env:1: '${...}' nested too deeply");
}

}  // namespace
}  // namespace vaettir
