// node_tables OUT.cpp IN.node.yml...: compiles the descriptions of node types into constant tables
// (engine/nodes/description.h). Runs during the build; what is wrong in a file stops it with
// file:line:column.
//
// A file: type, versions, defaultVersion (else the newest), effect (pure, read, write), trigger,
// runs (false: never executed), outputs, credentials, properties. A property: name, type, default,
// multiple, noExpression, late, options (allowed values), show and hide (each a map from a sibling,
// "/name" or "@version" to values or comparisons such as { gte: 3.4 }), properties (of a
// collection), groups (of a fixedCollection: name, properties). Several properties may have one
// name: the one that is shown counts.
#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

// Names the place in the file that is being read.
class Wrong : public std::runtime_error {
 public:
  Wrong(const YAML::Node& node, const std::string& what)
      : std::runtime_error(
            fmt::format("{}:{}: error: {}", node.Mark().line + 1, node.Mark().column + 1, what)) {}
};

std::string literal(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + '"';
}

bool is_number(const std::string& text) {
  char* end = nullptr;
  std::strtod(text.c_str(), &end);
  return !text.empty() && end == text.c_str() + text.size();
}

// A YAML value as JSON text: quoted scalars are strings, plain ones what they look like.
std::string json_of(const YAML::Node& node) {
  if (node.IsSequence()) {
    std::string out;
    for (const auto& element : node) out += (out.empty() ? "" : ",") + json_of(element);
    return "[" + out + "]";
  }
  if (node.IsMap()) {
    std::string out;
    for (const auto& member : node) {
      out += fmt::format("{}{}:{}", out.empty() ? "" : ",", literal(member.first.Scalar()),
                         json_of(member.second));
    }
    return "{" + out + "}";
  }
  if (node.IsNull()) return "null";
  const std::string& text = node.Scalar();
  const bool plain = node.Tag() != "!";
  if (plain && (text == "true" || text == "false" || is_number(text))) return text;
  return literal(text);
}

void only_keys(const YAML::Node& node, const std::set<std::string>& known) {
  if (!node.IsMap()) throw Wrong(node, "expected a mapping");
  for (const auto& member : node) {
    if (!known.contains(member.first.Scalar())) {
      throw Wrong(member.first, fmt::format("unknown key '{}'", member.first.Scalar()));
    }
  }
}

YAML::Node needed(const YAML::Node& node, const char* key) {
  const YAML::Node value = node[key];
  if (!value) throw Wrong(node, fmt::format("'{}' is missing", key));
  return value;
}

bool flag(const YAML::Node& node, const char* key, bool otherwise) {
  return node[key] ? node[key].as<bool>() : otherwise;
}

struct TypeFacts {
  const char* constant;
  const char* default_value;  // where a property names none
};
const std::map<std::string, TypeFacts>& types() {
  static const std::map<std::string, TypeFacts> kTypes = {
      {"boolean", {"kBoolean", "false"}},
      {"number", {"kNumber", "0"}},
      {"string", {"kString", "\"\""}},
      {"json", {"kJson", "\"\""}},
      {"options", {"kOptions", "\"\""}},
      {"multiOptions", {"kMultiOptions", "[]"}},
      {"dateTime", {"kDateTime", "\"\""}},
      {"collection", {"kCollection", "{}"}},
      {"fixedCollection", {"kFixedCollection", "{}"}},
      {"filter", {"kFilter", "{}"}},
      {"assignmentCollection", {"kAssignmentCollection", "{}"}},
      {"resourceLocator", {"kResourceLocator", "{}"}},
      {"credentials", {"kCredentials", "\"\""}},
      {"hidden", {"kHidden", "\"\""}},
  };
  return kTypes;
}

// Names of the properties of one list; conditions may name these.
std::set<std::string> names_in(const YAML::Node& properties) {
  std::set<std::string> names;
  for (const auto& property : properties) names.insert(needed(property, "name").Scalar());
  return names;
}

class Table {
 public:
  Table(std::string stem, const YAML::Node& root) : stem_(std::move(stem)), root_(root) {
    only_keys(root, {"type", "versions", "defaultVersion", "effect", "trigger", "runs", "outputs",
                     "credentials", "properties"});
    if (root["properties"]) root_names_ = names_in(root["properties"]);
  }

  // Writes the arrays the description needs into `arrays`, gives its initializer.
  std::string description(std::string& arrays) {
    const YAML::Node versions = needed(root_, "versions");
    std::vector<std::string> numbers;
    for (const auto& version : versions) numbers.push_back(fmt::format("{}", version.as<double>()));
    const std::string newest = numbers.back();
    const double default_version =
        root_["defaultVersion"] ? root_["defaultVersion"].as<double>() : std::stod(newest);
    std::vector<std::string> credentials;
    for (const auto& name : root_["credentials"]) credentials.push_back(literal(name.Scalar()));
    const std::size_t outputs = root_["outputs"] ? root_["outputs"].size() : 1;
    const std::string fields = fmt::format(
        "{}, {}, {}, {}, Effect::{}, {}, {}, {}u, {}, {}", literal(stem_),
        literal(needed(root_, "type").Scalar()), array("double", numbers), default_version,
        effect(), flag(root_, "trigger", false), flag(root_, "runs", true), outputs,
        array("std::string_view", credentials), properties(root_["properties"], root_names_));
    arrays += arrays_;
    return "{" + fields + "}";
  }

 private:
  std::string effect() const {
    const YAML::Node node = needed(root_, "effect");
    if (node.Scalar() == "pure") return "kPure";
    if (node.Scalar() == "read") return "kRead";
    if (node.Scalar() == "write") return "kWrite";
    throw Wrong(node, "'effect' is pure, read or write");
  }

  // A named constant array; gives its name, or {} for none.
  std::string array(const char* type, const std::vector<std::string>& elements) {
    if (elements.empty()) return "{}";
    const std::string name = fmt::format("{}_{}", stem_, count_++);
    std::string body;
    for (const std::string& element : elements) body += "    " + element + ",\n";
    arrays_ += fmt::format("constexpr {} {}[] = {{\n{}}};\n", type, name, body);
    return name;
  }

  std::string properties(const YAML::Node& list, const std::set<std::string>& siblings) {
    std::vector<std::string> elements;
    for (const auto& node : list) elements.push_back(property(node, siblings));
    return array("Property", elements);
  }

  std::string property(const YAML::Node& node, const std::set<std::string>& siblings) {
    only_keys(node, {"name", "type", "default", "multiple", "noExpression", "late", "show", "hide",
                     "options", "properties", "groups"});
    const YAML::Node type = needed(node, "type");
    const auto facts = types().find(type.Scalar());
    if (facts == types().end()) {
      throw Wrong(type, fmt::format("unknown type '{}'", type.Scalar()));
    }
    const bool multiple = flag(node, "multiple", false);
    const std::string default_value =
        node["default"] ? json_of(node["default"]) : facts->second.default_value;
    std::vector<std::string> options;
    for (const auto& option : node["options"]) options.push_back(literal(json_of(option)));
    return fmt::format("{{{}, PropertyType::{}, {}, {}, {}, {}, {}, {}, {}, {}}}",
                       literal(needed(node, "name").Scalar()), facts->second.constant,
                       literal(default_value), multiple, flag(node, "noExpression", false),
                       flag(node, "late", false), conditions(node["show"], siblings),
                       conditions(node["hide"], siblings), array("std::string_view", options),
                       children(node, type.Scalar()));
  }

  std::string children(const YAML::Node& node, const std::string& type) {
    if (type == "collection") {
      const YAML::Node list = needed(node, "properties");
      return properties(list, names_in(list));
    }
    if (type != "fixedCollection") return "{}";
    std::vector<std::string> groups;
    for (const auto& group : needed(node, "groups")) {
      only_keys(group, {"name", "properties"});
      const YAML::Node list = needed(group, "properties");
      groups.push_back(fmt::format(
          "{{{}, PropertyType::kCollection, \"{{}}\", false, false, false, {{}}, {{}}, {{}}, {}}}",
          literal(needed(group, "name").Scalar()), properties(list, names_in(list))));
    }
    return array("Property", groups);
  }

  std::string conditions(const YAML::Node& map, const std::set<std::string>& siblings) {
    std::vector<std::string> elements;
    for (const auto& entry : map) {
      const std::string key = entry.first.Scalar();
      const bool known =
          key == "@version" ||
          (key.starts_with('/') ? root_names_.contains(key.substr(1)) : siblings.contains(key));
      if (!known) throw Wrong(entry.first, fmt::format("no property '{}' to depend on", key));
      std::vector<std::string> comparands;
      for (const auto& value : entry.second) comparands.push_back(comparand(value));
      elements.push_back(fmt::format("{{{}, {}}}", literal(key), array("Comparand", comparands)));
    }
    return array("DisplayCondition", elements);
  }

  static std::string comparand(const YAML::Node& node) {
    if (!node.IsMap()) return fmt::format("{{Comparison::kEquals, {}}}", literal(json_of(node)));
    static const std::map<std::string, const char*> kComparisons = {
        {"not", "kNot"}, {"gt", "kGreater"},      {"gte", "kGreaterOrEqual"},
        {"lt", "kLess"}, {"lte", "kLessOrEqual"},
    };
    const YAML::Node key = node.begin()->first;
    const YAML::Node value = node.begin()->second;
    const auto found = kComparisons.find(key.Scalar());
    if (node.size() != 1 || found == kComparisons.end()) {
      throw Wrong(node, "a comparison is one of not, gt, gte, lt, lte");
    }
    return fmt::format("{{Comparison::{}, {}}}", found->second, literal(json_of(value)));
  }

  std::string stem_;
  YAML::Node root_;
  std::set<std::string> root_names_;
  std::string arrays_;
  int count_ = 0;
};

// Everything, or the message of what is wrong.
std::string compile(std::vector<std::string> files) {
  std::sort(files.begin(), files.end());
  std::string arrays;
  std::string descriptions;
  for (const std::string& file : files) {
    const std::string name = std::filesystem::path(file).filename();
    try {
      Table table(name.substr(0, name.find('.')), YAML::LoadFile(file));
      descriptions += "    " + table.description(arrays) + ",\n";
    } catch (const Wrong& wrong) {
      throw std::runtime_error(file + ":" + wrong.what());
    } catch (const YAML::Exception& error) {
      throw std::runtime_error(fmt::format("{}:{}:{}: error: {}", file, error.mark.line + 1,
                                           error.mark.column + 1, error.msg));
    }
  }
  return fmt::format(
      "// Made by node_tables from engine/nodes/*.node.yml.\n"
      "#include \"engine/nodes/description.h\"\n\n"
      "namespace vaettir::engine {{\nnamespace {{\n\n{}\n"
      "constexpr NodeDescription kDescriptions[] = {{\n{}}};\n\n}}  // namespace\n\n"
      "std::span<const NodeDescription> node_tables() {{ return kDescriptions; }}\n\n"
      "}}  // namespace vaettir::engine\n",
      arrays, descriptions);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) {
    std::fprintf(stderr, "usage: node_tables OUT.cpp IN.node.yml...\n");
    return 2;
  }
  try {
    const std::string text = compile({arguments + 2, arguments + count});
    std::ofstream out(arguments[1], std::ios::binary);
    out << text;
    if (!out.flush()) throw std::runtime_error(fmt::format("{}: cannot write", arguments[1]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
