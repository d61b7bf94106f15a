# Mirrored Influence for NVIDIA GPUs, with the libtorch of PyTorch's own images. From the repository's folder:
#   docker build -f docker/cuda.Dockerfile -t mirrored-influence:0.1.0-cuda .
# Not built and not run by its authors yet: they have neither a Docker engine nor a GPU.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS sdk
FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS runtime

FROM pytorch/pytorch:2.5.1-cuda12.4-cudnn9-devel AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates cmake g++ make \
    && rm -rf /var/lib/apt/lists/*
COPY --from=sdk /usr/share/dotnet /usr/share/dotnet
ENV PATH=/usr/share/dotnet:$PATH DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
WORKDIR /source
COPY native native
RUN cmake -S native -B native/build -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_PREFIX_PATH="$(python -c 'import torch; print(torch.utils.cmake_prefix_path)')" \
    && cmake --build native/build --parallel "$(nproc)"
COPY . .
# Without it, what needs Microsoft Orleans would be left out: its packages are not here before they are restored (docs/decisions/0100).
ENV UseOrleans=true
RUN dotnet publish src/Cli -c Release -o /opt/mirrored \
    && dotnet publish src/Silo -c Release -o /opt/silo

# libmirrored_torch.so looks for libtorch where it found it above; both images keep it in the same place.
FROM pytorch/pytorch:2.5.1-cuda12.4-cudnn9-runtime
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates liblz4-1 libzstd1 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=runtime /usr/share/dotnet /usr/share/dotnet
COPY --from=build /opt/mirrored /opt/mirrored
COPY --from=build /opt/silo /opt/silo
RUN ln -s /opt/mirrored/mirrored /usr/local/bin/mirrored \
    && ln -s /opt/silo/MirroredInfluence.Silo /usr/local/bin/silo
# Nobody of this number has a home, and the file system may be read-only.
ENV HOME=/tmp DOTNET_EnableDiagnostics=0
USER 10001:10001
ENTRYPOINT ["mirrored"]
