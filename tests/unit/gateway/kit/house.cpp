#include "tests/unit/gateway/kit/house.h"

#include <unistd.h>

#include <fstream>
#include <future>
#include <stdexcept>

#include "base/core/text.h"

namespace vaettir::gateway::kit {
namespace {

namespace fs = std::filesystem;

class TableResolver final : public net::Resolver {
 public:
  explicit TableResolver(Names names) : names_(std::move(names)) {}
  Task<Result<std::vector<net::Address>>> resolve(std::string host, std::uint16_t port,
                                                  Deadline) override {
    const auto known = names_.find(host);
    const std::string& text = known == names_.end() ? host : known->second;
    if (const auto address = net::Address::parse_host(text, port)) {
      return Result<std::vector<net::Address>>(std::vector{*address});
    }
    return Result<std::vector<net::Address>>(fail(Cause::kDnsFailure, "no such name: " + host));
  }

 private:
  Names names_;
};

}  // namespace

House::House(HouseOptions options) : options_(std::move(options)) {
  char pattern[] = "/tmp/vaettir-gateway-XXXXXX";
  if (::mkdtemp(pattern) == nullptr) throw std::runtime_error("no temporary directory");
  folder_ = pattern;
  data_ = options_.data.empty() ? folder_ / "data" : options_.data;
  fs::create_directories(data_);
  log_ = std::make_unique<observe::Log>(log_lines_, real_wall_clock(), observe::Level::kDebug,
                                        observe::LogFormat::kJson);
  Edge::Options edge;
  edge.sources.process = options_.environment;
  for (const auto& [name, content] : options_.files) write(name, content);
  if (!options_.config.empty()) {
    write("vaettir.yml", options_.config);
    edge.sources.main = folder_ / "vaettir.yml";
  } else {
    edge.sources.overrides.http = edge.sources.overrides.https = "127.0.0.1:0";
  }
  edge.sources.overrides.console = "127.0.0.1:0";
  if (options_.env_file) {
    write(".env", *options_.env_file);
    edge.sources.env_file = folder_ / ".env";
  }
  for (std::size_t i = 0; i < options_.loops; i++) {
    loops_.push_back(std::make_unique<Loop>("edge-" + std::to_string(i)));
    edge.edge_loops.push_back(loops_.back().get());
  }
  edge.pool = &pool_;
  edge.data = data_;
  edge.certificates = options_.certificates;
  edge.log = log_.get();
  edge.access_log = &access_;
  edge.limits = options_.limits;
  edge.upstream_roots_pem = options_.upstream_roots;
  edge.poll = std::chrono::milliseconds(300);
  if (options_.names) {
    edge.resolver = [names = *options_.names](Loop&) {
      return std::make_unique<TableResolver>(names);
    };
  }
  auto opened = Edge::open(std::move(edge));
  if (!opened) throw std::runtime_error(std::string(opened.error().text()));
  edge_ = *std::move(opened);
  edge_->connect_internal({.engine = options_.engine});
  if (auto bound = edge_->listen(); !bound) {
    throw std::runtime_error(std::string(bound.error().text()));
  }
  for (auto& loop : loops_) threads_.emplace_back([&loop] { loop->run(); });
  edge_->follow();
}

House::~House() {
  stop();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void House::stop() {
  if (threads_.empty()) return;
  edge_->stop(std::chrono::milliseconds(50));
  for (auto& loop : loops_) loop->stop();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  edge_.reset();
}

std::uint16_t House::port(std::string_view entry_point) const {
  return edge_->port_of(entry_point);
}

Message House::ask(std::string_view text, std::string_view entry_point) const {
  return connect(entry_point).ask(text);
}

Message House::get(std::string_view target, std::string_view host, std::string_view fields) const {
  return ask(request("GET", target, host, fields));
}

Message House::admin(std::string_view method, std::string_view target,
                     std::string_view body) const {
  return Wire::connect_unix((data_ / "admin.sock").string())
      .ask(request(method, target, "localhost", "", body));
}

json::Value House::admin_json(std::string_view method, std::string_view target,
                              std::string_view body) const {
  return json::parse(admin(method, target, body).body).value_or(json::Value());
}

double House::metric(std::string_view name) const {
  double sum = 0;
  const std::string text = edge_->metrics();
  for (std::string_view line : split_list(text, '\n')) {
    if (!line.starts_with(name)) continue;
    const char after = line[name.size()];
    if (after == ' ' || after == '{') sum += std::stod(std::string(line.substr(line.rfind(' '))));
  }
  return sum;
}

void House::write(const std::string& name, std::string_view content) {
  const fs::path path = folder_ / name;
  fs::create_directories(path.parent_path());
  const fs::path beside = path.string() + ".new";
  std::ofstream(beside, std::ios::binary) << content;
  fs::rename(beside, path);
}

json::Value House::record(std::size_t index) const {
  if (!eventually([&] { return access_.all().size() > index; })) {
    throw std::runtime_error("no such record in the access log");
  }
  return json::parse(access_.all()[index]).value();
}

void House::on_loop(std::function<void(Loop&)> work) {
  std::promise<void> done;
  loops_.front()->post([&] {
    work(*loops_.front());
    done.set_value();
  });
  done.get_future().get();
}

std::string proxy_to(std::string_view url, std::string_view router_more, std::string_view more) {
  return fmt::format(R"yml(
entryPoints:
  web: {{ address: "127.0.0.1:0" }}
http:
  routers:
    all: {{ rule: "PathPrefix(`/`)", entryPoints: [web], service: origin{} }}
    star: {{ rule: "Method(`OPTIONS`) && PathRegexp(`^[*]$`)", entryPoints: [web], service: origin }}
  services:
    origin: {{ loadBalancer: {{ servers: [ {{ url: "{}" }} ] }} }}
{})yml",
                     router_more, url, more);
}

}  // namespace vaettir::gateway::kit
