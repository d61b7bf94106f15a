using System.Collections.Immutable;
using System.Security.Cryptography;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>The base model on every device of the run, and how many lanes each has.</summary>
internal sealed class DeviceModels : IDisposable
{
    private readonly int _lanesPerDevice;

    private DeviceModels(ImmutableArray<BaseModel> models, int lanesPerDevice) => (Models, _lanesPerDevice) = (models, lanesPerDevice);

    /// <summary>One a device, in the devices' order.</summary>
    public ImmutableArray<BaseModel> Models { get; }

    public int LaneCount => Models.Length * _lanesPerDevice;

    /// <param name="deviceCountMax">Devices to use at most, the first of those asked for.</param>
    /// <exception cref="MirroredException">Invalid: no such model or device.</exception>
    public static DeviceModels Load(DataFiles data, ModelSpec model, ComputeSpec compute, int deviceCountMax = int.MaxValue)
    {
        string[] devices = [.. Devices(compute.Device).Take(deviceCountMax)];
        var path = LocalPath(data, model);
        var models = ImmutableArray.CreateBuilder<BaseModel>(devices.Length);
        try
        {
            foreach (var device in devices)
                models.Add(BaseModel.Load(path, model.Sha256, device, DataFiles.WithoutQuery(model.Uri)));
        }
        catch
        {
            foreach (var loaded in models)
                loaded.Dispose();
            throw;
        }

        return new DeviceModels(models.MoveToImmutable(), LanesPerDevice(compute));
    }

    /// <summary>Lanes of all devices that are asked for.</summary>
    /// <exception cref="MirroredException">Invalid: no such device.</exception>
    public static int CountLanes(ComputeSpec compute) => Devices(compute.Device).Length * LanesPerDevice(compute);

    /// <summary>The model of a lane: neighbouring lanes are on different devices.</summary>
    public BaseModel OfLane(int laneIndex) => Models[laneIndex % Models.Length];

    public void Dispose()
    {
        foreach (var model in Models)
            model.Dispose();
    }

    /// <summary>A model is code: one from elsewhere is loaded only as the user pinned it.</summary>
    private static string LocalPath(DataFiles data, ModelSpec model)
    {
        if (!FileUri.IsRemote(model.Uri) || model.Sha256 is not null)
            return data.GetLocal(model.Uri);

        using var file = File.OpenRead(data.GetLocal(model.Uri));
        throw Failure.Invalid(
            $"model.sha256: not given, and {DataFiles.WithoutQuery(model.Uri)} is not on this machine; a model is code, and one from elsewhere must be pinned. "
            + $"If you trust it as it is there now: {Convert.ToHexStringLower(SHA256.HashData(file))}.");
    }

    private static int LanesPerDevice(ComputeSpec compute) =>
        compute.Lanes ?? (compute.Device == "cpu" ? Math.Max(1, Environment.ProcessorCount / compute.ThreadsPerLane) : 1);

    private static string[] Devices(string setting)
    {
        if (setting == "cpu")
            return [setting];

        var found = TorchRuntime.Describe().Devices;
        string[] wanted = [.. found.Select(device => device.Split(' ')[0]).Where(device => device == setting || (setting == "cuda" && device.StartsWith("cuda:", StringComparison.Ordinal)))];
        return wanted.Length > 0 ? wanted : throw Failure.Invalid($"compute.device: found '{setting}', but libtorch finds no such GPU; expected one of {string.Join(", ", found)}.");
    }
}
