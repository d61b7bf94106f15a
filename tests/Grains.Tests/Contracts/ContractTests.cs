using System.Reflection;
using System.Text;

namespace MirroredInfluence.Grains.Tests.Contracts;

/// <summary>
/// Silos and clients of two versions talk to each other while a cluster is upgraded. So what goes over the wire only grows: a name or number that is gone, or means
/// something else, breaks them.
/// </summary>
public sealed class ContractTests
{
    [Fact]
    public async Task Contracts_AreThoseThatWereReleased()
    {
        var path = Repository.Path("tests/Grains.Tests/Contracts/contracts.txt");
        var found = Describe();
        if (Environment.GetEnvironmentVariable("MIRRORED_WRITE_CONTRACTS") == "1")
            await File.WriteAllTextAsync(path, found, TestContext.Current.CancellationToken);
        var expected = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        Assert.True(
            expected == found,
            "The cluster's wire contracts are not those of tests/Grains.Tests/Contracts/contracts.txt. If everything in it still means the same, write the new ones: "
            + $"MIRRORED_WRITE_CONTRACTS=1.\n{string.Join('\n', found.Split('\n').Except(expected.Split('\n')).Select(line => "+ " + line))}\n"
            + string.Join('\n', expected.Split('\n').Except(found.Split('\n')).Select(line => "- " + line)));
    }

    [Fact]
    public void EveryTypeAndMethodOnTheWire_HasANameOfItsOwn()
    {
        foreach (var type in Types())
        {
            if (type.IsEnum)
                continue;
            Assert.True(AliasOf(type) is not null, $"{type.Name}: expected an [Alias].");
            Assert.All(type.IsInterface ? type.GetMethods() : [], method => Assert.True(AliasOf(method) is not null, $"{type.Name}.{method.Name}: expected an [Alias]."));
            Assert.All(type.IsInterface ? [] : Members(type), member => Assert.True(member.Id is not null, $"{type.Name}.{member.Name}: expected an [Id]."));
        }
    }

    private static string Describe()
    {
        var text = new StringBuilder();
        foreach (var type in Types().OrderBy(type => type.Name, StringComparer.Ordinal))
        {
            text.Append(type.IsInterface ? "interface " : type.IsEnum ? "enum " : "record ").Append(AliasOf(type) ?? type.FullName).Append('\n');
            if (type.IsEnum)
            {
                foreach (var value in Enum.GetValues(type))
                    text.Append($"  {Convert.ToInt32(value)}: {value}\n");
            }
            else if (type.IsInterface)
            {
                foreach (var method in type.GetMethods().OrderBy(AliasOf, StringComparer.Ordinal))
                    text.Append($"  {AliasOf(method)}({string.Join(", ", method.GetParameters().Select(parameter => NameOf(parameter.ParameterType)))}) → {NameOf(method.ReturnType)}\n");
            }
            else
            {
                foreach (var (name, id, memberType) in Members(type).OrderBy(member => member.Id))
                    text.Append($"  {id}: {NameOf(memberType)} {name}\n");
            }
        }

        return text.ToString();
    }

    /// <summary>The contracts' own, and the enumerations that they hold.</summary>
    private static Type[] Types()
    {
        var types = typeof(IRunGrain).Assembly.GetExportedTypes().Where(type => type.Namespace == typeof(IRunGrain).Namespace && !(type.IsAbstract && type.IsSealed) && !type.IsAssignableTo(typeof(Attribute)) && type != typeof(MirroredExceptionConverter)).ToArray();
        return [.. types.Concat(types.SelectMany(type => type.GetProperties()).Select(property => property.PropertyType).Where(type => type.IsEnum)).Distinct()];
    }

    private static IEnumerable<(string Name, uint? Id, Type Type)> Members(Type type) => type
        .GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(property => property.SetMethod is not null)
        .Select(property => (property.Name, property.GetCustomAttribute<IdAttribute>()?.Id, property.PropertyType));

    private static string? AliasOf(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>()?.Alias;

    private static string NameOf(Type type) => !type.IsGenericType
        ? AliasOf(type) ?? type.Name
        : $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
}
