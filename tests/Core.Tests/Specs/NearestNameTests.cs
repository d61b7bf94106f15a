namespace MirroredInfluence.Core.Tests;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("learnigRate", "learningRate")]
    [InlineData("LEARNINGRATE", "learningRate")]
    [InlineData("step", "steps")]
    [InlineData("banana", null)]
    [InlineData("zz", null)]
    public void AName_IsNearWhenFewLettersDiffer(string name, string? nearest) =>
        Assert.Equal(nearest, NearestName.Of(name, ["steps", "learningRate", "mode"]));
}
