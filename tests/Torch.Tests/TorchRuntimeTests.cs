namespace MirroredInfluence.Torch.Tests;

public sealed class TorchRuntimeTests
{
    [Fact]
    public void Description_NamesLibtorchAndItsBlas()
    {
        var info = TorchRuntime.Describe();
        Assert.Matches(@"^\d+\.\d+", info.TorchVersion);
        Assert.Contains("cpu", info.Devices);
        Assert.NotEqual("unknown", info.Blas);
        Assert.NotEmpty(info.CpuCapability);
    }

    [Fact]
    public void MeasuredSpeed_IsPositive() => Assert.True(TorchRuntime.MeasureGigaflops() > 0);
}
