#!/usr/bin/env bash
# What the tests need beyond Python: Java 17 and Maven for Apache Kafka, Chromium for the live page.
# Installs it where it may (as root, on Debian or Ubuntu); otherwise says exactly what is missing.
set -euo pipefail

packages=()
java_major=$(java -version 2>&1 | sed -nE 's/.* version "([0-9]+).*/\1/p' || true)
[ "${java_major:-0}" -ge 17 ] || packages+=(openjdk-17-jre-headless)
command -v mvn >/dev/null || packages+=(maven)
command -v chromium >/dev/null || packages+=(chromium)
command -v chromedriver >/dev/null || packages+=(chromium-driver)
[ ${#packages[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "make test: missing on this machine: ${packages[*]} (names of Debian's packages). Install them and try again:" >&2
  echo "  sudo apt-get update && sudo apt-get install -y ${packages[*]}" >&2
  exit 1
fi
echo "make test: installing ${packages[*]}, one to three minutes"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
