using System.IO.Compression;
using System.Security.Cryptography;
using MirroredInfluence.Torch.Native;

namespace MirroredInfluence.Torch.Tests;

public sealed class BaseModelTests
{
    [Fact]
    public void Signature_HoldsArgumentsAsTheExporterDeclaredThem()
    {
        using var model = Models.Load("mlp");
        Assert.Equal(["x", "y"], model.Signature.Arguments.Select(argument => argument.Name));
        Assert.Equal(ElementType.Float32, model.Signature.Arguments[0].Dtype);
        Assert.Equal([4], model.Signature.Arguments[0].Shape!.Value);
        Assert.Empty(model.Signature.Arguments[1].Shape!.Value);
        Assert.False(model.Signature.HasPrefix);
        Assert.Equal("cpu", model.Device);
    }

    [Fact]
    public void Signature_OfAnArchiveWithoutDeclaration_HasNamesOnly()
    {
        using var model = Models.Load("scalar");
        Assert.Equal(new ModelArgument("x", null, null), Assert.Single(model.Signature.Arguments));
        Assert.Null(model.Signature.ExporterText);
    }

    [Fact]
    public void Tensors_AreParametersAndBuffersOnceEach()
    {
        using var normalised = Models.Load("normalised");
        Assert.Equal(
            ["hidden.weight", "hidden.bias", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var", "norm.num_batches_tracked", "out.weight", "out.bias"],
            normalised.Signature.Tensors.Select(tensor => tensor.Name));
        Assert.False(normalised.Signature.Tensors[4].IsParameter);
        Assert.Equal("int64", normalised.Signature.Tensors[6].Dtype);
        using var tied = Models.Load("tied");
        Assert.Equal(["second.weight"], tied.Signature.Tensors.Single(tensor => tensor.Name == "first.weight").OtherNames);
    }

    [Fact]
    public void SplitModel_NamesWhatPrefixAndSuffixTake()
    {
        using var model = Models.Load("split");
        Assert.Equal(["x"], model.Signature.PrefixArguments);
        Assert.Equal(["y"], model.Signature.SuffixArguments);
        Assert.Equal(["hidden.weight", "hidden.bias"], model.Signature.Tensors.Where(tensor => tensor.UsedByPrefix).Select(tensor => tensor.Name));
    }

    [Fact]
    public void PinnedDigest_IsCheckedWithoutRegardToCase()
    {
        var digest = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Models.PathOf("mlp"))));
        using var model = BaseModel.Load(Models.PathOf("mlp"), digest);
        Assert.Equal(digest.ToLowerInvariant(), model.Sha256);
    }

    [Fact]
    public void AnotherDigest_IsRefused()
    {
        var message = Refusals.Invalid(() => BaseModel.Load(Models.PathOf("mlp"), new string('0', 64)));
        Assert.Contains("the run pins 0000", message, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingFile_IsRefused() =>
        Assert.Contains("there is no such model file", Refusals.Invalid(() => BaseModel.Load("absent.pt")), StringComparison.Ordinal);

    [Fact]
    public void FileThatIsNotTorchScript_IsRefused()
    {
        var message = Refusals.Invalid(() => BaseModel.Load(Path.Combine(AppContext.BaseDirectory, "ascents.json")));
        Assert.Contains("ascents.json: not a TorchScript archive", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ArchiveWithAFlippedBit_IsRefusedNamingTheEntry()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("damaged.pt");
        using var zip = ZipFile.OpenRead(Models.PathOf("mlp"));
        Assert.Contains(zip.Entries, entry => entry.FullName.Contains("/data/", StringComparison.Ordinal));
        foreach (var entry in zip.Entries.Where(entry => entry.Length >= 8))
        {
            using var content = new MemoryStream();
            using (var stored = entry.Open())
                stored.CopyTo(content);
            var bytes = File.ReadAllBytes(Models.PathOf("mlp"));
            bytes[bytes.AsSpan().IndexOf(content.ToArray()) + (content.Length / 2)] ^= 1;
            File.WriteAllBytes(path, bytes);
            Assert.StartsWith($"{path}: the archive's entry '{entry.FullName}' has CRC-32 ", Refusals.Invalid(() => BaseModel.Load(path)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TruncatedArchive_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("truncated.pt");
        File.WriteAllBytes(path, File.ReadAllBytes(Models.PathOf("mlp"))[..^100]);
        Assert.StartsWith($"{path}: not a TorchScript archive, or a damaged one", Refusals.Invalid(() => BaseModel.Load(path)), StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownDevice_IsRefused() =>
        Assert.Contains("expected cpu, cuda or cuda:N", Refusals.Invalid(() => BaseModel.Load(Models.PathOf("mlp"), null, "gpu")), StringComparison.Ordinal);

    [Fact]
    public void MissingNativeLibrary_IsUnavailable()
    {
        var failure = Assert.Throws<MirroredException>(() => NativeLibraryFinder.Load("/absent/libmirrored_torch.so"));
        Assert.Equal(FailureKind.Unavailable, failure.Kind);
        Assert.Contains("make setup && make build", failure.Message, StringComparison.Ordinal);
    }
}
