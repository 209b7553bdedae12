"""The servers that are measured: each starts on a given port with one worker on core 0 and gives its process id."""

import os
import pathlib
import signal
import subprocess
import time
import urllib.error
import urllib.request

SERVER_CORE = "0"
START_SECONDS = 20
HOST = "bench.localhost"

NGINX_CONFIG = """
daemon off;
master_process off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log error;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  keepalive_requests 100000000;
  keepalive_timeout 300s;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream origin {{
    server 127.0.0.1:{origin};
    keepalive 256;
    keepalive_requests 100000000;
  }}
  server {{
    listen 127.0.0.1:{http} backlog=4096;
    listen 127.0.0.1:{https} ssl backlog=4096;
    server_name {host};
    ssl_certificate {folder}/cert.pem;
    ssl_certificate_key {folder}/key.pem;
    ssl_protocols TLSv1.3;
    location / {{
      proxy_pass http://origin;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $host;
    }}
  }}
}}
"""

VAETTIR_CONFIG = """
accessLog: {{ enabled: false }}
log: {{ level: ERROR }}
entryPoints:
  web: {{ address: "127.0.0.1:{http}" }}
  websecure: {{ address: "127.0.0.1:{https}", http: {{ tls: {{}} }} }}
http:
  routers:
    plain: {{ rule: "Host(`{host}`) && PathPrefix(`/`)", entryPoints: [web], service: origin }}
    secure: {{ rule: "Host(`{host}`) && PathPrefix(`/`)", entryPoints: [websecure], service: origin, tls: {{}} }}
  services:
    origin: {{ loadBalancer: {{ servers: [{{ url: "http://127.0.0.1:{origin}" }}] }} }}
tls:
  certificates:
    - {{ certFile: {folder}/cert.pem, keyFile: {folder}/key.pem }}
"""


class Peer:
    """One running server. stop() ends it by its own process id."""

    def __init__(self, name, command, ports, folder, environment=None):
        self.name = name
        self.http, self.https = ports
        self.log = open(folder / f"{name}.log", "wb")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            ["taskset", "-c", SERVER_CORE, *command],
            stdout=self.log, stderr=self.log, env={**os.environ, **(environment or {})})

    @property
    def pid(self):
        return self.process.pid

    def url(self, scheme):
        # By address: the generator asks the system's resolver, which does not know names below .localhost.
        return f"{scheme}://127.0.0.1:{self.http if scheme == 'http' else self.https}/"

    def wait_until_serving(self):
        """Seconds from the start to the first answered request."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}/", headers={"Host": HOST})
        while time.monotonic() - self.started < START_SECONDS:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with {self.process.returncode}: see {self.log.name}")
            try:
                with urllib.request.urlopen(request, timeout=2) as answer:
                    if answer.status == 200:
                        return time.monotonic() - self.started
            except (urllib.error.URLError, OSError):
                time.sleep(0.005)
        raise RuntimeError(f"{self.name} does not answer on port {self.http}: see {self.log.name}")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()


def nginx(folder: pathlib.Path, ports, origin):
    config = folder / "nginx.conf"
    config.write_text(NGINX_CONFIG.format(folder=folder, http=ports[0], https=ports[1], origin=origin, host=HOST))
    return Peer("nginx", ["/usr/sbin/nginx", "-c", str(config), "-p", str(folder)], ports, folder)


def vaettir(folder: pathlib.Path, ports, origin, build: pathlib.Path):
    config = folder / "vaettir.yml"
    config.write_text(VAETTIR_CONFIG.format(folder=folder, http=ports[0], https=ports[1], origin=origin, host=HOST))
    command = [str(build / "app/vaettir"), "serve", "--config", str(config), "--data", str(folder / "data"),
               "--console", "127.0.0.1:0"]
    return Peer("vaettir", command, ports, folder, {"VAETTIR_EDGE_THREADS": "1", "VAETTIR_ENGINE_THREADS": "1"})
