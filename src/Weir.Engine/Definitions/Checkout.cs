using System.Collections.Immutable;

namespace Weir.Engine.Definitions;

/// <summary>The step that <c>source</c> makes. Address and ref reach it as environment variables only.</summary>
internal static class Checkout
{
    public const string StepName = "checkout";
    public const string Address = "WEIR_SOURCE_GIT";
    public const string Ref = "WEIR_SOURCE_REF";
    public const string Depth = "WEIR_SOURCE_DEPTH";
    public const string Folder = "WEIR_SOURCE_PATH";

    /// <summary>Comes first where the source has a path.</summary>
    public const string EnterFolder = "mkdir -p -- \"$WEIR_SOURCE_PATH\" && cd -- \"$WEIR_SOURCE_PATH\"";

    public static ImmutableArray<string> Outputs { get; } = ["commit"];

    /// <summary>
    /// Values that begin with <c>-</c> would be options, and a <c>:</c> in a ref would write to other refs.
    /// Repositories on this machine may belong to another user than the step runs as; whoever wrote their path into
    /// the flow has chosen them.
    /// </summary>
    public static ImmutableArray<string> Commands { get; } =
    [
        "git init -q .",
        """
        ( set -eu
          case "$WEIR_SOURCE_GIT" in
            '' | -*) echo "the address of the source is empty or begins with -" >&2; exit 2 ;;
            /* | file:*) pack="git -c safe.directory='*' upload-pack" ;;
            *) pack=git-upload-pack ;;
          esac
          case "$WEIR_SOURCE_REF" in
            -* | +* | *:*) echo "the ref of the source begins with - or + or holds a :" >&2; exit 2 ;;
          esac
          git config remote.origin.url "$WEIR_SOURCE_GIT"
          git config remote.origin.fetch '+refs/heads/*:refs/remotes/origin/*'
          git config remote.origin.uploadpack "$pack"
          if [ -n "$WEIR_SOURCE_DEPTH" ]; then
            git fetch -q --depth "$WEIR_SOURCE_DEPTH" origin "${WEIR_SOURCE_REF:-HEAD}"
            commit=$(git rev-parse -q --verify 'FETCH_HEAD^{commit}')
          elif [ -z "$WEIR_SOURCE_REF" ]; then
            git fetch -q --tags origin
            git fetch -q origin HEAD
            commit=$(git rev-parse -q --verify 'FETCH_HEAD^{commit}')
          else
            git fetch -q --tags origin
            commit=$(git rev-parse -q --verify "refs/remotes/origin/$WEIR_SOURCE_REF^{commit}") ||
            commit=$(git rev-parse -q --verify "refs/tags/$WEIR_SOURCE_REF^{commit}") ||
            commit=$(git rev-parse -q --verify "$WEIR_SOURCE_REF^{commit}") || {
              git fetch -q origin "$WEIR_SOURCE_REF"
              commit=$(git rev-parse -q --verify 'FETCH_HEAD^{commit}')
            }
          fi
          git checkout -q --detach "$commit"
        )
        """,
        """
        git log -1 --format='%h %s' && git log -1 --format='commit=%H' >> "${WEIR_OUTPUT:-/dev/null}"
        """,
    ];
}
