#!/usr/bin/env bash
# Runs a command that finds a file at /home/airflow/composer_kube_config, where Composer has it and where
# generated DAGs look for it. Nothing outside the command sees that file.
#
#   with_kube_config.sh FILE COMMAND...
#
# The command gets a mount namespace of its own: a copy of /home (or of /home/airflow, if this machine has
# that) with one more file. It is gone with the command's last process, however that ends, so a CI that is
# killed leaves nothing behind, and a /home/airflow of this machine is never written to. It needs no more
# rights than podman: root, or a user who may make user namespaces, in which the command then is "root".
# The command replaces this script: its pid and its signals are the script's.
set -euo pipefail

config=$(realpath "$1")
shift

if [[ ${BIGFLOW_CI_MOUNTED:-} != yes ]]; then
  options=(--mount --propagation slave)
  [[ $EUID -eq 0 ]] || options+=(--user --map-root-user)
  BIGFLOW_CI_MOUNTED=yes exec unshare "${options[@]}" "${BASH_SOURCE[0]}" "$config" "$@"
fi

place=/home
airflow=/airflow
if [[ -d /home/airflow ]]; then
  place=/home/airflow
  airflow=
fi
# The copy is made aside: what it is made of is hidden as soon as it is in place.
copy=$(dirname "$config")/home
mkdir -p "$copy"
mount -t tmpfs -o mode=0755 tmpfs "$copy"
while IFS= read -r -d '' entry; do
  name=${entry##*/}
  [[ $name != composer_kube_config ]] || continue
  if [[ -L $entry ]]; then
    cp -P "$entry" "$copy/$name"
  elif [[ -d $entry ]]; then
    mkdir "$copy/$name"
    mount --rbind "$entry" "$copy/$name"
  else
    touch "$copy/$name"
    mount --bind "$entry" "$copy/$name"
  fi
done < <(find "$place" -mindepth 1 -maxdepth 1 -print0)
mkdir -p "$copy$airflow"
install -m 0600 "$config" "$copy$airflow/composer_kube_config"
mount --rbind "$copy" "$place"
# The folder of before may be one of those that are hidden now.
cd "$PWD"
unset BIGFLOW_CI_MOUNTED
exec "$@"
