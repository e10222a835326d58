// Parses Jenkinsfiles with Groovy itself, to the CONVERSION phase: nothing is compiled or executed.
// A `pipeline { }` is then checked for the structure that Declarative Pipeline demands.
// Reads one JSON string a line (the text), answers one JSON object a line: ms, phase, faults [line, message].
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import org.codehaus.groovy.ast.expr.*
import org.codehaus.groovy.ast.stmt.*
import org.codehaus.groovy.control.*
import org.codehaus.groovy.control.messages.SyntaxErrorMessage

class Checker {
    static final TOP = ['agent', 'environment', 'libraries', 'options', 'parameters', 'post', 'stages', 'tools', 'triggers'] as Set
    static final STAGE = ['agent', 'environment', 'failFast', 'input', 'matrix', 'options', 'parallel', 'post', 'stages', 'steps', 'tools', 'when'] as Set
    static final MATRIX = ['agent', 'axes', 'environment', 'excludes', 'input', 'options', 'post', 'stages', 'tools', 'when'] as Set
    static final POST = ['aborted', 'always', 'changed', 'cleanup', 'failure', 'fixed', 'notBuilt', 'regression', 'success', 'unstable', 'unsuccessful'] as Set
    static final WHEN = ['allOf', 'anyOf', 'not', 'branch', 'buildingTag', 'changeRequest', 'changelog', 'changeset', 'environment', 'equals', 'expression', 'isRestartedRun', 'tag', 'triggeredBy', 'beforeAgent', 'beforeInput', 'beforeOptions'] as Set
    static final BODIES = ['steps', 'stages', 'parallel', 'matrix'] as Set
    List faults = []

    void fault(node, String message) { faults << [node.lineNumber, message] }

    static List statements(Statement code) {
        def all = code instanceof BlockStatement ? code.statements : [code]
        all.findAll { !(it instanceof EmptyStatement) }
    }

    static MethodCallExpression invocation(Statement statement) {
        def e = statement instanceof ExpressionStatement || statement instanceof ReturnStatement ? statement.expression : null
        e instanceof MethodCallExpression && e.objectExpression instanceof VariableExpression &&
            e.objectExpression.name == 'this' && e.methodAsString ? e : null
    }

    static List arguments(MethodCallExpression c) { c.arguments instanceof TupleExpression ? c.arguments.expressions : [c.arguments] }

    static ClosureExpression closure(MethodCallExpression c) {
        def last = arguments(c) ? arguments(c)[-1] : null
        last instanceof ClosureExpression ? last : null
    }

    /** The calls in a block that holds nothing else; null where there is no block. */
    List<MethodCallExpression> calls(MethodCallExpression c, Set allowed) {
        def block = closure(c)
        if (block == null) { fault(c, "$c.methodAsString needs a block"); return null }
        def seen = [] as Set
        def found = []
        statements(block.code).each { s ->
            def inner = invocation(s)
            if (inner == null) { fault(s, "not allowed in $c.methodAsString"); return }
            if (allowed != null && !(inner.methodAsString in allowed)) fault(s, "unknown in $c.methodAsString: $inner.methodAsString")
            if (allowed != null && !seen.add(inner.methodAsString)) fault(s, "duplicate in $c.methodAsString: $inner.methodAsString")
            found << inner
        }
        found
    }

    void pipeline(MethodCallExpression c) {
        def sections = calls(c, TOP)
        if (sections == null) return
        sections.each { section(it, false) }
        ['agent', 'stages'].each { name -> if (!sections.any { it.methodAsString == name }) fault(c, "missing $name") }
    }

    void section(MethodCallExpression c, boolean within) {
        switch (c.methodAsString) {
            case 'stages': stages(c, within); break
            case 'parallel': stages(c, true); break
            case 'post': post(c); break
            case 'agent': agent(c); break
            case 'steps': if (calls(c, null) == []) fault(c, 'no steps'); steps(c); break
            case 'when': when(c); break
            case 'environment': environment(c); break
            case 'matrix': matrix(c); break
            case ['options', 'parameters', 'triggers', 'tools', 'libraries']: if (calls(c, null) == []) fault(c, 'empty'); break
            case 'input': if (calls(c, null)?.every { it.methodAsString != 'message' }) fault(c, 'no message'); break
        }
    }

    void stages(MethodCallExpression c, boolean within) {
        def found = calls(c, null)
        if (found == null) return
        if (!found) fault(c, 'no stages')
        def names = [] as Set
        found.each { s ->
            if (s.methodAsString != 'stage') { fault(s, 'only stages are allowed here'); return }
            def name = arguments(s) ? arguments(s)[0] : null
            if (!(name instanceof ConstantExpression || name instanceof VariableExpression)) fault(s, 'stage without a literal name')
            else if (!names.add(name.text)) fault(s, "duplicate stage $name.text")
            stage(s, within)
        }
    }

    void stage(MethodCallExpression c, boolean within) {
        def sections = calls(c, STAGE)
        if (sections == null) return
        def bodies = sections*.methodAsString.findAll { it in BODIES }
        if (bodies.size() != 1) fault(c, "stage needs exactly one of $BODIES, has $bodies")
        if (within && bodies.any { it in ['parallel', 'matrix'] }) fault(c, 'parallel within parallel')
        if (bodies.any { it in ['parallel', 'matrix'] } && sections.any { it.methodAsString in ['agent', 'tools'] }) fault(c, 'agent or tools beside parallel')
        sections.each { section(it, within) }
    }

    void steps(MethodCallExpression c) {
        def block = closure(c)
        if (block == null) return
        statements(block.code).each { s ->
            def inner = invocation(s)
            if (inner != null && !(inner.methodAsString in ['script', 'expression']) && closure(inner) != null) {
                if (inner.methodAsString == 'stage') fault(s, 'stage as a step')
                calls(inner, null)
                steps(inner)
            }
        }
    }

    void post(MethodCallExpression c) {
        def found = calls(c, POST)
        if (found == []) fault(c, 'empty post')
        found?.each { if (closure(it) == null) fault(it, 'post condition without a block'); else { if (!statements(closure(it).code)) fault(it, 'no steps'); steps(it) } }
    }

    void agent(MethodCallExpression c) {
        def args = arguments(c)
        if (args.size() != 1) { fault(c, 'agent takes one argument'); return }
        if (args[0] instanceof ClosureExpression) {
            def inner = statements(args[0].code)
            if (inner.size() != 1 || invocation(inner[0]) == null) fault(c, 'agent takes one type')
        } else if (!(args[0].text in ['any', 'none'])) fault(c, 'unknown agent')
    }

    void when(MethodCallExpression c) {
        def block = closure(c)
        if (block == null) { fault(c, 'when needs a block'); return }
        def found = statements(block.code)
        if (!found) fault(c, 'empty when')
        found.each { s ->
            def inner = invocation(s)
            if (inner == null || !(inner.methodAsString in WHEN)) fault(s, 'unknown condition')
            else if (inner.methodAsString in ['allOf', 'anyOf', 'not']) when(inner)
        }
    }

    void environment(MethodCallExpression c) {
        def block = closure(c)
        if (block == null) { fault(c, 'environment needs a block'); return }
        def names = [] as Set
        def found = statements(block.code)
        if (!found) fault(c, 'empty environment')
        found.each { s ->
            def e = s instanceof ExpressionStatement || s instanceof ReturnStatement ? s.expression : null
            if (!(e instanceof BinaryExpression && e.operation.text == '=')) { fault(s, 'not a variable'); return }
            if (!names.add(e.leftExpression.text)) fault(s, 'duplicate variable')
            def right = e.rightExpression
            if (!(right instanceof ConstantExpression || right instanceof GStringExpression || right instanceof MethodCallExpression ||
                (right instanceof BinaryExpression && right.operation.text == '+'))) fault(s, 'bad value')
        }
    }

    void matrix(MethodCallExpression c) {
        def found = calls(c, MATRIX)
        if (found == null) return
        ['axes', 'stages'].each { name -> if (!found.any { it.methodAsString == name }) fault(c, "missing $name") }
        found.each { inner ->
            if (inner.methodAsString == 'axes') {
                def axes = calls(inner, null)
                if (axes == []) fault(inner, 'no axes')
                axes?.each { if (it.methodAsString != 'axis') fault(it, 'not an axis') else calls(it, ['name', 'values'] as Set) }
            } else if (inner.methodAsString != 'excludes') section(inner, true)
        }
    }
}

def slurper = new JsonSlurper()
System.in.eachLine('UTF-8') { line ->
    def text = slurper.parseText("[$line]")[0]
    long start = System.nanoTime()
    def checker = new Checker()
    def phase = 'ok'
    try {
        def unit = new CompilationUnit(new CompilerConfiguration())
        unit.addSource('Jenkinsfile', text)
        unit.compile(Phases.CONVERSION)
        unit.AST.modules.each { module ->
            def blocks = Checker.statements(module.statementBlock).collect { Checker.invocation(it) }.findAll { it?.methodAsString == 'pipeline' }
            if (blocks) checker.pipeline(blocks[0])
        }
        if (checker.faults) phase = 'declarative'
    } catch (MultipleCompilationErrorsException e) {
        phase = 'groovy'
        e.errorCollector.errors.each { m ->
            checker.faults << (m instanceof SyntaxErrorMessage ? [m.cause.line, m.cause.originalMessage] : [null, m.toString()])
        }
    } catch (StackOverflowError e) {
        phase = 'groovy'
        checker.faults << [null, 'nested too deeply']
    } catch (Exception e) {
        phase = 'groovy'
        checker.faults << [null, e.message ?: e.class.name]
    }
    println JsonOutput.toJson([ms: (System.nanoTime() - start) / 1e6, phase: phase, faults: checker.faults])
    System.out.flush()
}
