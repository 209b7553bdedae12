#include "app/serve/house.h"

#include <unistd.h>

#include <optional>

#include "acme/certificates.h"
#include "app/admin_client.h"
#include "app/command.h"
#include "app/configuration.h"
#include "app/data_directory.h"
#include "app/serve/certificate_files.h"
#include "app/serve/log_file.h"
#include "app/serve/signals.h"
#include "app/serve/start_report.h"
#include "app/serve/threads.h"
#include "base/observe/log.h"
#include "base/observe/metrics.h"
#include "engine/engine.h"
#include "gateway/server/edge.h"

namespace vaettir::app {
namespace {

constexpr std::size_t kBlockingThreads = 4;  // names, files, passwords: enough for two cores
// What requests and executions under way get when the program is stopped; container runtimes kill
// after 10 s by default, so both together stay below.
constexpr std::chrono::seconds kEdgeGrace{6};
constexpr std::chrono::seconds kEngineGrace{3};

struct Failure {
  int code;
  Error error;
};
using Started = std::expected<void, Failure>;

std::unexpected<Failure> give_up(int code, Error error) {
  return std::unexpected(Failure{code, std::move(error)});
}

// Everything that lives as long as the program serves, in the order in which it is made; destroyed
// the other way round.
class House {
 public:
  House(Terminal& terminal, const ServeOptions& options)
      : terminal_(terminal),
        options_(options),
        process_(process_environment()),
        main_(main_file(options.config)),
        data_(data_directory(options.data, process_)),
        access_log_(STDOUT_FILENO),
        log_file_(STDERR_FILENO),
        log_(log_file_, real_wall_clock(), observe::Level::kInfo,
             observe::format_for(STDERR_FILENO, process_)) {}

  Started start();
  void reload() { edge_->reload_soon(); }
  // After log rotation.
  void reopen_logs() {
    log_file_.reopen();
    access_log_.reopen();
  }
  void stop();

 private:
  Started open_data();
  Started open_edge();
  Started open_engine();
  gateway::Edge::Options edge_options();
  routes::Overrides overrides() const;
  void take_table(const routes::RouteTable& table);
  json::Value more_status() const;
  void count_executions();
  std::string base_url() const;
  void report();

  Terminal& terminal_;
  const ServeOptions& options_;
  const Environment process_;
  const std::optional<std::filesystem::path> main_;
  const std::filesystem::path data_;
  LogFile access_log_;
  LogFile log_file_;
  observe::Log log_;
  observe::Registry metrics_;
  bool serving_ = false;  // loops run
  std::optional<DataLock> lock_;
  std::unique_ptr<acme::LocalCa> ca_;
  std::unique_ptr<acme::Certificates> certificates_;
  std::unique_ptr<CertificateFiles> certificate_files_;
  std::unique_ptr<Threads> threads_;
  std::unique_ptr<ThreadPool> pool_;
  std::unique_ptr<gateway::Edge> edge_;
  std::unique_ptr<engine::Engine> engine_;
};

Started House::open_data() {
  auto lock = DataLock::take(data_);
  if (!lock) return give_up(kFailed, std::move(lock).error());
  lock_.emplace(*std::move(lock));
  auto ca = acme::LocalCa::open(data_ / "ca", real_wall_clock());
  if (!ca) return give_up(kFailed, std::move(ca).error());
  ca_ = *std::move(ca);
  certificates_ = std::make_unique<acme::Certificates>(*ca_);
  certificate_files_ = std::make_unique<CertificateFiles>(
      *certificates_, main_ ? main_->parent_path() : std::filesystem::path(), log_);
  return {};
}

routes::Overrides House::overrides() const {
  routes::Overrides overrides;
  if (!options_.http.empty()) overrides.http = options_.http;
  if (!options_.https.empty()) overrides.https = options_.https;
  if (!options_.console.empty()) overrides.console = options_.console;
  overrides.is_public = options_.is_public;
  return overrides;
}

gateway::Edge::Options House::edge_options() {
  gateway::Edge::Options options;
  options.edge_loops = threads_->edge_loops();
  options.more_loops = threads_->engine_loops();
  options.pool = pool_.get();
  options.data = data_;
  options.sources = {.main = main_,
                     .env_file = env_file(options_.env_file, main_),
                     .process = process_,
                     .overrides = overrides()};
  options.certificates = certificates_.get();
  options.log = &log_;
  options.access_log = &access_log_;
  options.before_publish = [this](const routes::RouteTable& table, const Environment&) {
    take_table(table);
  };
  options.more_status = [this] { return more_status(); };
  options.metrics = &metrics_;
  return options;
}

// The first table comes before any loop runs: only then log files can be chosen.
void House::take_table(const routes::RouteTable& table) {
  const routes::LogSettings& wanted = table.data().log;
  if (const auto level = observe::level_named(wanted.level)) log_.set_level(*level);
  for (auto [file, path] :
       {std::pair(&log_file_, &wanted.file), std::pair(&access_log_, &wanted.access_file)}) {
    if (!serving_) {
      if (auto chosen = file->choose(*path); !chosen) {
        log_.error("log file cannot be opened", chosen.error(), {{"file", *path}});
      }
    } else if (file->path() != *path) {
      log_.warn("another log file needs a restart", {{"file", *path}});
    }
  }
  certificate_files_->take(table);
}

Started House::open_edge() {
  auto counts = thread_counts(process_);
  if (!counts) return give_up(kUsage, std::move(counts).error());
  if (counts->engine == 0) {
    log_.warn(
        "VAETTIR_ENGINE_THREADS is 0: workflows run on the loops that serve requests and slow them "
        "down");
  }
  threads_ = std::make_unique<Threads>(*counts);
  pool_ = std::make_unique<ThreadPool>(kBlockingThreads);
  auto edge = gateway::Edge::open(edge_options());
  if (!edge) return give_up(kUsage, std::move(edge).error());
  edge_ = *std::move(edge);
  return {};
}

Started House::open_engine() {
  engine::EngineOptions options;
  options.environment = without_own_secrets(edge_->environment());
  options.data = data_;
  options.workflows = options_.workflows;
  options.edge_loops = threads_->edge_loops();
  options.engine_loops = threads_->engine_loops();
  options.directory = [this](Loop& loop) { return edge_->directory(loop); };
  options.log = &log_;
  auto engine = engine::Engine::open(std::move(options));
  if (!engine) {
    const bool input = engine.error().cause() == Cause::kBadRequest;
    return give_up(input ? kUsage : kFailed, std::move(engine).error());
  }
  engine_ = *std::move(engine);
  count_executions();
  edge_->connect_internal({.engine = &engine_->webhooks()});
  return {};
}

// Where webhooks are reached unless the environment says otherwise: over TLS where there is any.
std::string House::base_url() const {
  const Environment environment = edge_->environment();
  const auto host = environment.find("N8N_HOST");
  const std::string name =
      host != environment.end() && !host->second.empty() ? host->second : "vaettir.localhost";
  for (const bool tls : {true, false}) {
    for (const gateway::Bound& each : edge_->bound()) {
      if (each.tls != tls || each.entry_point == "console") continue;
      const std::uint16_t usual = tls ? 443 : 80;
      const std::string port =
          each.address.port() == usual ? "" : fmt::format(":{}", each.address.port());
      return fmt::format("{}://{}{}", tls ? "https" : "http", name, port);
    }
  }
  return "http://" + name;
}

Started House::start() {
  if (auto done = open_data(); !done) return done;
  if (auto done = open_edge(); !done) return done;
  if (auto done = open_engine(); !done) return done;
  if (auto bound = edge_->listen(); !bound) return give_up(kFailed, std::move(bound).error());
  engine_->start(base_url());
  serving_ = true;
  threads_->run();
  edge_->follow();
  report();
  return {};
}

void House::report() {
  // Asked as `target list` asks: targets belong to a loop that runs by now.
  const auto targets = ask_admin(data_, "GET", "/api/targets");
  print_listening(terminal_, edge_->bound());
  print_start_report(terminal_, {.bound = edge_->bound(),
                                 .table = edge_->table(),
                                 .targets = targets ? targets->body["targets"] : json::Value(),
                                 .workflows = engine_->status(),
                                 .certificates = certificates_->facts(),
                                 .uncovered = certificates_->uncovered(),
                                 .data = data_,
                                 .ca = ca_.get(),
                                 .base = base_url()});
}

json::Value House::more_status() const {
  std::vector<json::Value> certificates;
  for (const acme::CertificateFacts& each : certificates_->facts()) {
    std::vector<json::Value> names(each.names.begin(), each.names.end());
    certificates.push_back(json::ObjectBuilder()
                               .set("source", each.source)
                               .set("names", json::Value::array(std::move(names)))
                               .set("notAfter", iso_text(each.not_after))
                               .finish());
  }
  json::ObjectBuilder out;
  out.set("certificates", json::Value::array(std::move(certificates)));
  if (!engine_) return out.finish();
  std::vector<json::Value> workflows;
  for (const engine::WorkflowStatus& each : engine_->status()) {
    std::vector<json::Value> webhooks(each.webhooks.begin(), each.webhooks.end());
    std::vector<json::Value> problems(each.problems.begin(), each.problems.end());
    workflows.push_back(json::ObjectBuilder()
                            .set("id", each.id)
                            .set("name", each.name)
                            .set("file", each.file)
                            .set("active", each.active)
                            .set("webhooks", json::Value::array(std::move(webhooks)))
                            .set("problems", json::Value::array(std::move(problems)))
                            .finish());
  }
  out.set("workflows", json::Value::array(std::move(workflows)));
  out.set("executions", json::ObjectBuilder()
                            .set("running", engine_->running())
                            .set("waiting", engine_->waiting())
                            .finish());
  return out.finish();
}

// The engine outlives every reader: the admin socket is closed before it goes.
void House::count_executions() {
  metrics_.reading("vaettir_executions_running", "Executions at work.", {},
                   [this] { return static_cast<double>(engine_->running()); });
  metrics_.reading("vaettir_executions_waiting", "Executions that wait for a free place.", {},
                   [this] { return static_cast<double>(engine_->waiting()); });
}

void House::stop() {
  log_.info("stopping");
  edge_->stop(kEdgeGrace);
  engine_->stop(kEngineGrace);
  threads_->stop();
}

}  // namespace

int serve(Terminal& terminal, const ServeOptions& options) {
  Signals signals;
  House house(terminal, options);
  if (auto started = house.start(); !started) {
    terminal.error(started.error().error.text());
    return started.error().code;
  }
  for (int signal = 0; (signal = signals.next()) == SIGHUP || signal == SIGUSR1;) {
    if (signal == SIGHUP) house.reload();
    if (signal == SIGUSR1) house.reopen_logs();
  }
  signals.release();  // whoever asks twice does not want to wait
  house.stop();
  return kOk;
}

}  // namespace vaettir::app
