// House: the whole gateway in one process for tests: loops on threads, real sockets on port 0, its
// own data directory, its logs in memory. Ends with the object.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/core/json.h"
#include "base/observe/log.h"
#include "gateway/server/edge.h"
#include "tests/unit/gateway/kit/wire.h"

namespace vaettir::gateway::kit {

class Lines final : public observe::LineSink {
 public:
  void line(std::string_view text) override {
    const std::lock_guard held(lock_);
    lines_.emplace_back(text);
  }
  std::uint64_t dropped() const override { return 0; }
  std::vector<std::string> all() const {
    const std::lock_guard held(lock_);
    return lines_;
  }
  bool holds(std::string_view part) const {
    const auto lines = all();
    return std::ranges::any_of(
        lines, [&](const std::string& line) { return line.find(part) != line.npos; });
  }

 private:
  mutable std::mutex lock_;
  std::vector<std::string> lines_;
};

// Answers names from a table; everything else is a dns_failure, but IP addresses are themselves.
using Names = std::map<std::string, std::string>;

struct HouseOptions {
  std::string config;                        // vaettir.yml; empty: built in
  std::map<std::string, std::string> files;  // beside it
  Environment environment;
  std::optional<std::string> env_file;  // content of .env
  std::size_t loops = 1;
  std::optional<http::Limits> limits;
  std::optional<Names> names;  // nullopt: the system resolves
  net::CertificateSource* certificates = nullptr;
  std::string upstream_roots;  // PEM; empty: the system's
  http::Service* engine = nullptr;
  std::filesystem::path data;  // empty: its own
};

class House {
 public:
  explicit House(HouseOptions options);
  ~House();
  House(const House&) = delete;

  Edge& edge() { return *edge_; }
  std::uint16_t port(std::string_view entry_point = "web") const;
  Wire connect(std::string_view entry_point = "web") const {
    return Wire::connect(port(entry_point));
  }
  // One request on a connection of its own.
  Message ask(std::string_view text, std::string_view entry_point = "web") const;
  Message get(std::string_view target, std::string_view host = "h",
              std::string_view fields = "") const;
  // One request over the admin socket.
  Message admin(std::string_view method, std::string_view target, std::string_view body = "") const;
  json::Value admin_json(std::string_view method, std::string_view target,
                         std::string_view body = "") const;
  double metric(std::string_view name) const;  // summed over its labels

  void write(const std::string& name, std::string_view content);
  const Lines& log() const { return log_lines_; }
  // The n-th record of the access log, waited for.
  json::Value record(std::size_t index = 0) const;
  std::size_t records() const { return access_.all().size(); }
  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path data() const { return data_; }
  // Runs on the first loop and waits.
  void on_loop(std::function<void(Loop&)> work);
  void stop();

 private:
  HouseOptions options_;
  std::filesystem::path folder_, data_;
  Lines log_lines_, access_;
  std::unique_ptr<observe::Log> log_;
  ThreadPool pool_{2};
  std::vector<std::unique_ptr<Loop>> loops_;
  std::unique_ptr<Edge> edge_;
  std::vector<std::thread> threads_;
};

// A configuration that sends everything on `web` to one server.
std::string proxy_to(std::string_view url, std::string_view router_more = "",
                     std::string_view more = "");

}  // namespace vaettir::gateway::kit
