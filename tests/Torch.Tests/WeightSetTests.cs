using System.Buffers.Binary;
using System.Text;

namespace MirroredInfluence.Torch.Tests;

public sealed class WeightSetTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();
    private readonly BaseModel _model = Models.Load("normalised");
    private readonly Rows _rows = Golden.Rows();

    public void Dispose()
    {
        File.Delete(_path);
        _model.Dispose();
        _rows.Dispose();
    }

    [Fact]
    public void OpenedWeights_GiveTheBitsOfThoseInMemory()
    {
        using var weights = Ascend();
        File.WriteAllBytes(_path, Tensors.Bytes(weights));
        using var opened = WeightSet.Open(_path, _model, Tensors.Subject);
        Assert.Equal(weights.TensorNames, opened.TensorNames);
        using var lane = _model.CreateLane(Models.Bind(_model));
        Assert.Equal(_rows.Losses(lane, weights), _rows.Losses(lane, opened));
        Assert.Equal(Tensors.Bytes(weights), Tensors.Bytes(opened));
    }

    [Fact]
    public void Data_StartAtAMultipleOf64WithWiderElementsFirst()
    {
        using var weights = Ascend();
        var file = Tensors.Bytes(weights);
        var header = SafetensorsHeader.Read(file, file.Length);
        Assert.Equal(0, header.DataStart % 64);
        Assert.Equal("norm.num_batches_tracked", header.Entries[0].Name);
        Assert.Equal(header.Entries.Skip(1).Select(entry => entry.Name).Order(StringComparer.Ordinal), header.Entries.Skip(1).Select(entry => entry.Name));
        Assert.Equal(_model.Sha256, header.Metadata["base_sha256"]);
    }

    [Fact]
    public void AscentThatMovesNothing_IsAnEmptyWeightSet()
    {
        using var weights = _model.Ascend(new AscentSpec { LearningRate = 1e-30, Trainable = ["out.weight"] }, _rows).Weights;
        Assert.Empty(weights.TensorNames);
        File.WriteAllBytes(_path, Tensors.Bytes(weights));
        using var opened = WeightSet.Open(_path, _model, Tensors.Subject);
        using var lane = _model.CreateLane(Models.Bind(_model));
        Assert.Equal(_rows.Losses(lane), _rows.Losses(lane, opened));
    }

    [Fact]
    public void MissingFile_IsRefused() => Assert.Contains("absent", Refusals.Data(() => WeightSet.Open("absent.safetensors", _model, Tensors.Subject)), StringComparison.Ordinal);

    [Fact]
    public void EveryTruncation_IsRefused()
    {
        using var weights = Ascend();
        var file = Tensors.Bytes(weights);
        for (var bytes = 0; bytes < file.Length; bytes += bytes < 16 ? 1 : 97)
        {
            File.WriteAllBytes(_path, file[..bytes]);
            Refusals.Data(() => WeightSet.Open(_path, _model, Tensors.Subject));
        }
    }

    [Fact]
    public void EveryByteOfTheHeader_IsCheckedOrHarmless()
    {
        using var weights = Ascend();
        var file = Tensors.Bytes(weights);
        var headerEnd = (int)SafetensorsHeader.Read(file, file.Length).DataStart;
        for (var index = 0; index < headerEnd; index++)
        {
            var tampered = file.ToArray();
            tampered[index] ^= 1;
            File.WriteAllBytes(_path, tampered);
            try
            {
                // A flipped bit may turn a space into another white space or a digit of a shape into an equal product; never into a crash.
                using var opened = WeightSet.Open(_path, _model, Tensors.Subject);
                Assert.Equal(weights.TensorNames, opened.TensorNames);
            }
            catch (MirroredException failure)
            {
                Assert.Equal(FailureKind.Data, failure.Kind);
            }
        }
    }

    [Fact]
    public void AnyBitOfTheDataThatFlips_IsRefused()
    {
        using var weights = Ascend();
        var file = Tensors.Bytes(weights);
        for (var index = (int)SafetensorsHeader.Read(file, file.Length).DataStart; index < file.Length; index += 61)
        {
            var tampered = file.ToArray();
            tampered[index] ^= 64;
            File.WriteAllBytes(_path, tampered);
            Assert.Contains("its tensors are not what was written", Refusals.Data(() => WeightSet.Open(_path, _model, Tensors.Subject)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void WeightsOfAnotherQuery_AreRefused()
    {
        using var weights = Ascend();
        File.WriteAllBytes(_path, Tensors.Bytes(weights));
        Assert.Contains($"it is of {Tensors.Subject}; expected run 1, query 2", Refusals.Data(() => WeightSet.Open(_path, _model, "run 1, query 2")), StringComparison.Ordinal);
    }

    [Fact]
    public void WeightsOfAnotherBaseModel_AreRefused()
    {
        using var mlp = Models.Load("mlp");
        using var weights = mlp.Ascend(new AscentSpec(), _rows).Weights;
        File.WriteAllBytes(_path, Tensors.Bytes(weights));
        Assert.Contains($"made from the base model with SHA-256 {mlp.Sha256}", Refusals.Data(() => WeightSet.Open(_path, _model, Tensors.Subject)), StringComparison.Ordinal);
    }

    [Fact]
    public void FileOfAnotherFormat_IsRefused() => Refused("metadata 'format' is absent; expected mirrored-delta-1", """{"__metadata__":{}}""", 0);

    [Fact]
    public void HeaderLongerThanTheFile_IsRefused()
    {
        File.WriteAllBytes(_path, [255, 255, 255, 255, 255, 255, 255, 127, (byte)'{']);
        Assert.Contains("its header claims 9223372036854775807 bytes", Refusals.Data(() => WeightSet.Open(_path, _model, Tensors.Subject)), StringComparison.Ordinal);
    }

    [Fact]
    public void HeaderThatIsNoJson_IsRefused() => Refused("not that of a safetensors file", """{"a":""", 0);

    [Fact]
    public void HeaderThatIsNoObject_IsRefused() => Refused("not that of a safetensors file", "[1]", 0);

    [Fact]
    public void DuplicateNames_AreRefused() => Refused("not that of a safetensors file", Header(OutBias + "," + OutBias), 12);

    [Fact]
    public void DataPastTheEnd_AreRefused() => Refused("its tensors end at byte 12 of the data; the file has 8", Header(OutBias), 8);

    [Fact]
    public void DataWithoutATensor_AreRefused() => Refused("its tensors end at byte 12 of the data; the file has 16", Header(OutBias), 16);

    [Fact]
    public void OverlappingTensors_AreRefused() =>
        Refused("starts at byte 8 of the data; the one before ends at 12", Header(OutBias + "," + Tensor("norm.bias", "F32", "[5]", 8, 28)), 28);

    [Fact]
    public void HoleBetweenTensors_IsRefused() =>
        Refused("starts at byte 16 of the data; the one before ends at 12", Header(OutBias + "," + Tensor("norm.bias", "F32", "[5]", 16, 36)), 36);

    [Fact]
    public void RangeThatDoesNotFitItsShape_IsRefused() => Refused("lies in bytes 0 to 8; F32 [3] needs 12", Header(Tensor("out.bias", "F32", "[3]", 0, 8)), 8);

    [Fact]
    public void ShapeThatOverflows_IsRefused() =>
        Refused("not that of a safetensors file", Header(Tensor("out.bias", "F32", "[4611686018427387904,4611686018427387904]", 0, 0)), 0);

    [Fact]
    public void NegativeDimension_IsRefused() => Refused("has a dimension of -1", Header(Tensor("out.bias", "F32", "[-1]", 0, 0)), 0);

    [Fact]
    public void RangeThatEndsBeforeItStarts_IsRefused() => Refused("lies in bytes 12 to 0", Header(Tensor("out.bias", "F32", "[3]", 12, 0)), 12);

    [Fact]
    public void UnknownDtype_IsRefused() => Refused("unknown dtype 'F31'", Header(Tensor("out.bias", "F31", "[3]", 0, 12)), 12);

    [Fact]
    public void AnotherDtypeThanTheBaseModels_IsRefused() =>
        Refused("tensor 'out.bias' is int32 [3]; the base model's is float32 [3]", Header(Tensor("out.bias", "I32", "[3]", 0, 12)), 12);

    [Fact]
    public void AnotherShapeThanTheBaseModels_IsRefused() =>
        Refused("tensor 'out.bias' is float32 [1,3]; the base model's is float32 [3]", Header(Tensor("out.bias", "F32", "[1,3]", 0, 12)), 12);

    [Fact]
    public void UnknownTensor_IsRefused() => Refused("the base model has no tensor 'head.bias'", Header(Tensor("head.bias", "F32", "[3]", 0, 12)), 12);

    [Fact]
    public void MisalignedTensor_IsRefused() => Refused(
        "which is not aligned for F32", Header(Tensor("a", "U8", "[1]", 0, 1) + "," + Tensor("out.bias", "F32", "[3]", 1, 13)), 13);

    private static string OutBias => Tensor("out.bias", "F32", "[3]", 0, 12);

    private static string Tensor(string name, string dtype, string shape, long start, long end) =>
        $$"""
        "{{name}}":{"dtype":"{{dtype}}","shape":{{shape}},"data_offsets":[{{start}},{{end}}]}
        """;

    private string Header(string tensors) => $$$"""{"__metadata__":{"format":"mirrored-delta-1","base_sha256":"{{{_model.Sha256}}}","of":"{{{Tensors.Subject}}}"},{{{tensors}}}}""";

    private void Refused(string words, string header, int dataBytes)
    {
        var file = new byte[8 + Encoding.UTF8.GetByteCount(header) + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(file, file.Length - 8 - dataBytes);
        Encoding.UTF8.GetBytes(header, file.AsSpan(8));
        File.WriteAllBytes(_path, file);
        Assert.Contains(words, Refusals.Data(() => WeightSet.Open(_path, _model, Tensors.Subject)), StringComparison.Ordinal);
    }

    private WeightSet Ascend() => _model.Ascend(new AscentSpec { Mode = AscentMode.Train }, _rows).Weights;
}
